// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "broker/cluster.h"
#include "meta/catalogue_view.h"

#include <map>

namespace odradek::broker {

// With "not me" goes who it is (KIP-951): the leader and epoch of a partition, and where that node
// is, once in an answer. The answer refers to texts in here.
class LeaderHints {
 public:
  LeaderHints(const Node& node, const Connection& connection)
      : node_(node), connection_(connection) {}

  // Fills in the leader of a partition, if there is such a topic.
  template <class PartitionResponse>
  void add(PartitionResponse& response, const meta::TopicPtr& topic, PartitionId id) {
    const meta::PartitionRecord* const record = find(topic, id);
    // A leader whose log is still on its way refuses too, and knows nobody better.
    if (!record || is_me(*record)) return;
    response.current_leader.leader_id = remember(*record);
    response.current_leader.leader_epoch = record->leader_epoch;
  }

  // Afterwards: where they are.
  template <class Response>
  void add_endpoints(Response& response) const {
    for (const auto& [id, address] : told_) {
      response.node_endpoints.push_back({id, address.host, address.port, address.rack});
    }
  }

 private:
  static const meta::PartitionRecord* find(const meta::TopicPtr& topic, PartitionId id);
  bool is_me(const meta::PartitionRecord& record) const;
  NodeId remember(const meta::PartitionRecord& record);

  const Node& node_;
  const Connection& connection_;
  std::map<NodeId, NodeAddress> told_;
};

}  // namespace odradek::broker
