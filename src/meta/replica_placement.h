// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.h"
#include "meta/records.h"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace odradek::meta {

// A node on which replicas may be placed.
struct PlacementNode {
  NodeId id;
  std::optional<std::string> rack;
  bool is_up = true;
};

// Spreads replicas by the rules of Kafka's StripedReplicaPlacer: leaders in turn over racks and
// nodes, the replicas of a partition on as many racks as there are, a leader that is up. Where
// Kafka begins anywhere, this begins at `start`: a caller who counts partitions on keeps the
// leaders even over many small topics too.
class ReplicaPlacement {
 public:
  ReplicaPlacement(const std::vector<PlacementNode>& nodes, std::size_t start);

  // The next partition. At least one node is up, and there are `replicas` of them or more.
  PartitionRecord place(std::size_t replicas);

 private:
  std::vector<std::vector<PlacementNode>> racks_;
  std::size_t next_;
};

}  // namespace odradek::meta
