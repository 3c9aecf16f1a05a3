// SPDX-License-Identifier: Apache-2.0
#include "broker/cluster.h"
#include "broker/handlers/handlers.h"
#include "broker/node.h"
#include "broker/partition_description.h"
#include "meta/topic_name.h"

#include <algorithm>
#include <set>

// DescribeTopicPartitions: topics in the order of their names, a page at a time (KIP-966). Kafka:
// DescribeTopicPartitionsRequestHandler.
namespace odradek::broker {

using wire::DescribeTopicPartitionsRequest;
using wire::DescribeTopicPartitionsResponse;
using wire::ErrorCode;

namespace {

using Answer = DescribeTopicPartitionsResponse::DescribeTopicPartitionsResponseTopic;

std::set<std::string> names_asked_for(const DescribeTopicPartitionsRequest& request,
                                      const meta::CatalogueView& view) {
  std::set<std::string> names;
  for (const auto& topic : request.topics) names.insert(topic.name);
  if (request.topics.empty()) {
    for (const auto& [name, topic] : view.topics()) names.insert(name);
  }
  if (request.cursor) {
    names.erase(names.begin(), names.lower_bound(request.cursor->topic_name));
  }
  return names;
}

// A page begins at a partition of one of the topics that are asked for.
bool is_good_cursor(const DescribeTopicPartitionsRequest& request) {
  if (!request.cursor) return true;
  const auto is_there = [&](const auto& topic) { return topic.name == request.cursor->topic_name; };
  const auto& topics = request.topics;
  return request.cursor->partition_index >= PartitionId{0} &&
         (topics.empty() || std::any_of(topics.begin(), topics.end(), is_there));
}

Answer refuse(const std::string& name) {
  Answer refused;
  refused.name = name;
  refused.topic_authorized_operations = all_topic_operations;
  refused.error_code = meta::topic_name_fault(name) ? ErrorCode::invalid_topic_exception
                                                    : ErrorCode::unknown_topic_or_partition;
  return refused;
}

// Adds partitions from `first` on while `left` allows.
Answer describe(const meta::CatalogueView& view, const meta::Topic& topic, std::size_t first,
                std::int32_t& left) {
  Answer described;
  described.name = topic.name;
  described.topic_id = topic.id;
  described.is_internal = meta::is_internal_topic(topic.name);
  described.topic_authorized_operations = all_topic_operations;
  for (std::size_t i = first; i < topic.partitions.size() && left > 0; ++i, --left) {
    auto& partition = described.partitions.emplace_back(
        describe_partition<Answer::DescribeTopicPartitionsResponsePartition>(view, topic, i));
    partition.eligible_leader_replicas.emplace();
    partition.last_known_elr.emplace();
  }
  return described;
}

}  // namespace

void handle(const DescribeTopicPartitionsRequest& request, const ExchangePtr& exchange) {
  const meta::CatalogueView& view = exchange->node().view();
  std::int32_t left = std::clamp(request.response_partition_limit, 1,
                                 *exchange->node().options().max_request_partition_size_limit);
  DescribeTopicPartitionsResponse response;
  if (!is_good_cursor(request)) {
    for (const auto& topic : request.topics) {
      response.topics.push_back({.error_code = ErrorCode::invalid_request, .name = topic.name});
    }
    return answer<DescribeTopicPartitionsRequest>(*exchange, response);
  }
  for (const std::string& name : names_asked_for(request, view)) {
    const bool at_cursor = request.cursor && request.cursor->topic_name == name;
    const auto first =
        at_cursor ? static_cast<std::size_t>(request.cursor->partition_index.value) : 0;
    if (left == 0) {
      response.next_cursor = {name, PartitionId{static_cast<std::int32_t>(first)}};
      break;
    }
    const auto topic = view.find(name);
    if (!topic) {
      response.topics.push_back(refuse(name));
      continue;
    }
    response.topics.push_back(describe(view, *topic, first, left));
    const std::size_t next = first + response.topics.back().partitions.size();
    if (next < topic->partitions.size()) {
      response.next_cursor = {name, PartitionId{static_cast<std::int32_t>(next)}};
      break;
    }
  }
  answer<DescribeTopicPartitionsRequest>(*exchange, response);
}

}  // namespace odradek::broker
