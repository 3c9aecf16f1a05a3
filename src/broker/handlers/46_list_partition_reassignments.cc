// SPDX-License-Identifier: Apache-2.0
#include "broker/handlers/handlers.h"
#include "broker/node.h"

// ListPartitionReassignments (KIP-455): those that wait for a node. Kafka:
// ReplicationControlManager.listPartitionReassignments.
namespace odradek::broker {

using wire::ListPartitionReassignmentsRequest;
using wire::ListPartitionReassignmentsResponse;

namespace {

using OngoingTopicReassignment = ListPartitionReassignmentsResponse::OngoingTopicReassignment;

void add(OngoingTopicReassignment& answer, const meta::Topic& topic, PartitionId id) {
  const auto index = static_cast<std::size_t>(id.value);
  if (index >= topic.partitions.size()) return;
  const meta::PartitionRecord& partition = topic.partitions[index];
  if (!partition.is_being_reassigned()) return;
  answer.partitions.push_back(
      {id, partition.replicas, partition.adding_replicas, partition.removing_replicas});
}

}  // namespace

void handle(const ListPartitionReassignmentsRequest& request, const ExchangePtr& exchange) {
  const meta::CatalogueView& view = exchange->node().view();
  ListPartitionReassignmentsResponse response;
  const auto tell = [&](OngoingTopicReassignment answer) {
    if (!answer.partitions.empty()) response.topics.push_back(std::move(answer));
  };
  if (request.topics) {
    for (const auto& asked : *request.topics) {
      const auto topic = view.find(asked.name);
      if (!topic) continue;
      OngoingTopicReassignment answer{topic->name, {}};
      for (const PartitionId id : asked.partition_indexes) add(answer, *topic, id);
      tell(std::move(answer));
    }
  } else {
    for (const auto& [name, topic] : view.topics()) {
      OngoingTopicReassignment answer{name, {}};
      for (std::size_t i = 0; i < topic->partitions.size(); ++i) {
        add(answer, *topic, {static_cast<std::int32_t>(i)});
      }
      tell(std::move(answer));
    }
  }
  answer<ListPartitionReassignmentsRequest>(*exchange, response);
}

}  // namespace odradek::broker
