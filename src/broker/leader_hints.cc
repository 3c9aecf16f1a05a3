// SPDX-License-Identifier: Apache-2.0
#include "broker/leader_hints.h"

#include "broker/node.h"

namespace odradek::broker {

const meta::PartitionRecord* LeaderHints::find(const meta::TopicPtr& topic, PartitionId id) {
  const auto index = static_cast<std::size_t>(id.value);
  return topic && index < topic->partitions.size() ? &topic->partitions[index] : nullptr;
}

bool LeaderHints::is_me(const meta::PartitionRecord& record) const {
  return record.leader == node_.id();
}

NodeId LeaderHints::remember(const meta::PartitionRecord& record) {
  const NodeId leader = node_.view().leader_of(record);
  const Cluster::Member* const member = node_.cluster().find(leader);
  if (member) told_.try_emplace(leader, address_of(*member, connection_));
  return leader;
}

}  // namespace odradek::broker
