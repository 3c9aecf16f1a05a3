// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "group/group.h"

namespace odradek::group {

// JoinGroup: who may come in, and whether that begins a rebalance. The reply is in the actions, now
// or of a later step. Kafka: GroupMetadataManager.classicGroupJoinToClassicGroup.
void join(Group& group, const wire::JoinGroupRequest& request, const Caller& caller,
          const Step& step);

// What is wrong with a request whatever the group, or none.
wire::ErrorCode check_join(const wire::JoinGroupRequest& request, const GroupConfig& config);

}  // namespace odradek::group
