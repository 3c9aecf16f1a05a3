// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "group/group.h"
#include "wire/08_offset_commit.h"
#include "wire/28_txn_offset_commit.h"

#include <string_view>

namespace odradek::group {

// OffsetCommit: whether the sender may commit for the group; a member's session goes on. Kafka:
// ClassicGroup.validateOffsetCommit.
wire::ErrorCode check_commit(Group& group, const wire::OffsetCommitRequest& request, TimePoint now);

// The same where there is no such group: offsets may be committed for one that has no members.
wire::ErrorCode check_commit_without_group(const wire::OffsetCommitRequest& request,
                                           wire::Version version);

// TxnOffsetCommit: the phase of the group does not matter, nor does a session begin again. Kafka:
// ClassicGroup.validateOffsetCommit for a transaction.
wire::ErrorCode check_commit(const Group& group, const wire::TxnOffsetCommitRequest& request);

// Whether an offset has been kept long enough, by the rules of KIP-211 and KIP-496: of an empty
// group since it is empty, of a topic that nobody of the group reads any more since it was
// committed, and never of one that is read.
bool has_expired(const Group& group, std::string_view topic, const OffsetCommitValue& offset,
                 Timestamp now, milliseconds retention);

}  // namespace odradek::group
