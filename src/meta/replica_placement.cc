// SPDX-License-Identifier: Apache-2.0
#include "meta/replica_placement.h"

#include "base/assert.h"

#include <algorithm>
#include <map>

namespace odradek::meta {

ReplicaPlacement::ReplicaPlacement(const std::vector<PlacementNode>& nodes, std::size_t start)
    : next_(start) {
  std::map<std::optional<std::string>, std::vector<PlacementNode>> by_rack;
  for (const PlacementNode& node : nodes) by_rack[node.rack].push_back(node);
  for (auto& [rack, members] : by_rack) racks_.push_back(std::move(members));
}

PartitionRecord ReplicaPlacement::place(std::size_t replicas) {
  ASSERT(!racks_.empty());
  const std::size_t first_rack = next_ % racks_.size();
  const std::size_t turn = next_ / racks_.size();
  ++next_;
  // One from each rack, then a second one from each, and so on; nodes that are down come last.
  std::vector<PlacementNode> order;
  for (std::size_t round = 0, left = racks_.size(); left > 0; ++round) {
    left = 0;
    for (std::size_t i = 0; i < racks_.size(); ++i) {
      const auto& rack = racks_[(first_rack + i) % racks_.size()];
      if (round >= rack.size()) continue;
      order.push_back(rack[(turn + round) % rack.size()]);
      ++left;
    }
  }
  std::stable_partition(order.begin(), order.end(),
                        [](const PlacementNode& node) { return node.is_up; });
  ASSERT(order.size() >= replicas && order.front().is_up);
  PartitionRecord placed{.replicas = {}, .leader = order.front().id, .leader_epoch = {0}};
  for (std::size_t i = 0; i < replicas; ++i) placed.replicas.push_back(order[i].id);
  return placed;
}

}  // namespace odradek::meta
