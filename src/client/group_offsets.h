// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "client/cluster.h"
#include "client/consumer.h"

#include <string>
#include <vector>

namespace odradek::client {

// Committed offsets of a group; those that were asked for and never committed are left out.
Result<Offsets> committed_offsets(Cluster& cluster, const std::string& group,
                                  const std::vector<TopicPartition>& partitions);
Result<Offsets> all_committed_offsets(Cluster& cluster, const std::string& group);
// Commits for a group without members.
Result<> commit_offsets(Cluster& cluster, const std::string& group, const Offsets& offsets);

}  // namespace odradek::client
