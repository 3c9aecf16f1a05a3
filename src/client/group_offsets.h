// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "client/cluster.h"
#include "client/consumer.h"
#include "wire/08_offset_commit.h"

#include <map>
#include <string>
#include <vector>

namespace odradek::client {

// An offset, and the epoch of the leader that wrote the record before it, -1 where that is not
// known.
struct Commit {
  Offset offset;
  LeaderEpoch leader_epoch{-1};
};
using Commits = std::map<TopicPartition, Commit>;

// Committed offsets of a group; those that were asked for and never committed are left out.
Result<Offsets> committed_offsets(Cluster& cluster, const std::string& group,
                                  const std::vector<TopicPartition>& partitions);
Result<Offsets> all_committed_offsets(Cluster& cluster, const std::string& group);
Result<Commits> all_commits(Cluster& cluster, const std::string& group);
// Nobody's commit yet: a member adds itself.
wire::OffsetCommitRequest commit_request(const std::string& group, const Commits& commits);
// Its topics have ids in newer versions.
inline constexpr wire::Version newest_commit_with_names = 9;
// Commits for a group without members.
Result<> commit_offsets(Cluster& cluster, const std::string& group, const Offsets& offsets);

}  // namespace odradek::client
