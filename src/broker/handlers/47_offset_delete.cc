// SPDX-License-Identifier: Apache-2.0
#include "broker/handlers/handlers.h"
#include "broker/node.h"

#include <utility>

// OffsetDelete: a group forgets what it had committed for topics that it does not read. Kafka:
// KafkaApis.handleOffsetDeleteRequest, OffsetMetadataManager.deleteOffsets.
namespace odradek::broker {

using wire::ErrorCode;
using wire::OffsetDeleteRequest;
using wire::OffsetDeleteResponse;

namespace {

void refuse_deletion(Exchange& exchange, ErrorCode error) {
  OffsetDeleteResponse refused;
  refused.error_code = error;
  answer<OffsetDeleteRequest>(exchange, refused);
}

ErrorCode delete_one(const meta::TopicPtr& topic, const group::OffsetCommitKey& key,
                     group::Coordinator& coordinator, group::Actions& actions) {
  if (!topic || !topic->has(key.partition)) return ErrorCode::unknown_topic_or_partition;
  return coordinator.delete_offset(key, actions);
}

}  // namespace

void handle(const OffsetDeleteRequest& request, const ExchangePtr& exchange) {
  if (request.group_id.empty()) return refuse_deletion(*exchange, ErrorCode::invalid_group_id);
  GroupCoordinators& groups = exchange->node().groups();
  const auto found = groups.find(request.group_id);
  if (!found.shard) return refuse_deletion(*exchange, found.error);
  group::Coordinator& coordinator = found.shard->coordinator;
  const ErrorCode error = coordinator.check_delete_offsets(request.group_id);
  if (error != ErrorCode::none) return refuse_deletion(*exchange, error);
  OffsetDeleteResponse response;
  group::Actions actions;
  for (const auto& topic : request.topics) {
    const auto known = exchange->node().view().find(topic.name);
    if (known && topic.partitions.empty()) continue;
    auto& answered = response.topics.emplace_back();
    answered.name = topic.name;
    for (const auto& partition : topic.partitions) {
      const PartitionId id = partition.partition_index;
      answered.partitions.push_back(
          {id, delete_one(known, {request.group_id, topic.name, id}, coordinator, actions)});
    }
  }
  groups.carry_out(*found.shard, std::move(actions),
                   [exchange, response = std::move(response)](ErrorCode failure) {
                     if (failure != ErrorCode::none) return refuse_deletion(*exchange, failure);
                     answer<OffsetDeleteRequest>(*exchange, response);
                   });
}

}  // namespace odradek::broker
