// SPDX-License-Identifier: Apache-2.0
#include "broker/change_outcome.h"
#include "broker/handlers/handlers.h"
#include "broker/node.h"
#include "broker/repeats.h"
#include "broker/topic_creation.h"

#include <algorithm>
#include <memory>
#include <string_view>

// CreatePartitions. Kafka: ReplicationControlManager.createPartitions.
namespace odradek::broker {

using wire::CreatePartitionsRequest;
using wire::CreatePartitionsResponse;
using wire::ErrorCode;

namespace {

constexpr std::int32_t max_partitions = 100000;  // as for a new topic

using Wish = CreatePartitionsRequest::CreatePartitionsTopic;
using Answer = CreatePartitionsResponse::CreatePartitionsTopicResult;

struct Decision {
  ErrorCode error = ErrorCode::none;
  std::string message;
};

Decision check(const Wish& wish, const meta::Topic* topic, NodeId node) {
  if (!topic) return {ErrorCode::unknown_topic_or_partition, "The topic does not exist."};
  const auto before = static_cast<std::int32_t>(topic->partitions.size());
  if (wish.count == before) {
    return {ErrorCode::invalid_partitions,
            "Topic already has " + std::to_string(before) + " partition(s)."};
  }
  if (wish.count < before || wish.count > max_partitions) {
    return {ErrorCode::invalid_partitions, "The topic " + wish.name + " currently has " +
                                               std::to_string(before) + " partition(s); " +
                                               std::to_string(wish.count) +
                                               " would not be an increase, or "
                                               "more than there may be."};
  }
  if (!wish.assignments) return {};
  const auto added = static_cast<std::size_t>(wish.count - before);
  const bool fits =
      wish.assignments->size() == added &&
      std::all_of(wish.assignments->begin(), wish.assignments->end(),
                  [&](const auto& each) { return each.broker_ids == std::vector{node}; });
  if (fits) return {};
  return {ErrorCode::invalid_replica_assignment,
          "The manual assignment does not fit " + std::to_string(added) + " new partition(s)."};
}

meta::Records decide(const CreatePartitionsRequest& request, const meta::CatalogueView& view,
                     NodeId node, CreatePartitionsResponse& response) {
  meta::Records records;
  Repeats<std::string_view> repeats;
  for (const Wish& wish : request.topics) repeats.add(wish.name);
  for (const Wish& wish : request.topics) {
    const auto topic = view.find(wish.name);
    const Decision decision = repeats.has(wish.name)
                                  ? Decision{ErrorCode::invalid_request, "Duplicate topic name."}
                                  : check(wish, topic.get(), node);
    Answer& answer = response.results.emplace_back();
    answer.name = wish.name;
    answer.error_code = decision.error;
    if (decision.error != ErrorCode::none) {
      answer.error_message = decision.message;
      continue;
    }
    const auto added = wish.count - static_cast<std::int32_t>(topic->partitions.size());
    records.push_back(meta::PartitionsAddedRecord{topic->id, place_partitions(added, 1, node)});
  }
  return records;
}

}  // namespace

void handle(const CreatePartitionsRequest& request, const ExchangePtr& exchange) {
  Node& node = exchange->node();
  const auto response = std::make_shared<CreatePartitionsResponse>();  // of the two steps below
  if (request.validate_only) {
    decide(request, node.view(), node.id(), *response);
    return answer<CreatePartitionsRequest>(*exchange, *response);
  }
  node.catalogue().change(
      [request, exchange, response](const meta::CatalogueView& view) {
        return decide(request, view, exchange->node().id(), *response);
      },
      [exchange, response](const Result<>& changed) {
        apply_outcome(changed, response->results);
        answer<CreatePartitionsRequest>(*exchange, *response);
      });
}

}  // namespace odradek::broker
