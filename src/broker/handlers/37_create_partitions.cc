// SPDX-License-Identifier: Apache-2.0
#include "broker/change_outcome.h"
#include "broker/handlers/handlers.h"
#include "broker/mutation_quota.h"
#include "broker/node.h"
#include "broker/repeats.h"
#include "broker/topic_creation.h"
#include "meta/topic_name.h"

#include <algorithm>
#include <memory>
#include <set>
#include <string_view>

// CreatePartitions. Kafka: ReplicationControlManager.createPartitions.
namespace odradek::broker {

using wire::CreatePartitionsRequest;
using wire::CreatePartitionsResponse;
using wire::ErrorCode;

namespace {

// A named limit against a typing error that would fill the disk with folders.
constexpr std::int32_t max_partitions_of_topic = 100000;

constexpr wire::Version first_growth_with_quota_errors = 3;

using CreatePartitionsTopic = CreatePartitionsRequest::CreatePartitionsTopic;
using CreatePartitionsTopicResult = CreatePartitionsResponse::CreatePartitionsTopicResult;

struct Decision {
  ErrorCode error = ErrorCode::none;
  std::string message;
  std::vector<meta::PartitionRecord> added;
};

Decision refused_growth(ErrorCode error, std::string message) {
  return {error, std::move(message), {}};
}

Decision place_as_assigned(const CreatePartitionsTopic& wish, std::size_t added,
                           std::size_t replicas, const Cluster& cluster,
                           const meta::CatalogueView& view) {
  if (wish.assignments->size() != added) {
    return refused_growth(
        ErrorCode::invalid_replica_assignment,
        "Attempted to add " + std::to_string(added) + " additional partition(s), but " +
            std::to_string(wish.assignments->size()) + " assignment(s) were specified.");
  }
  Decision decision;
  for (const auto& each : *wish.assignments) {
    auto assignment = place_as_assigned(each.broker_ids, replicas, cluster, view);
    if (!assignment.partition) {
      return refused_growth(ErrorCode::invalid_replica_assignment, std::move(assignment.fault));
    }
    decision.added.push_back(std::move(*assignment.partition));
  }
  return decision;
}

Decision decide(const CreatePartitionsTopic& wish, const meta::CatalogueView& view,
                const Cluster& cluster) {
  const auto topic = view.find(wish.name);
  if (!topic)
    return refused_growth(ErrorCode::unknown_topic_or_partition, "The topic does not exist.");
  if (meta::is_internal_topic(topic->name)) {
    // What belongs to which partition follows from their number: nothing would be found any more.
    return refused_growth(ErrorCode::invalid_topic_exception,
                          "The number of partitions of an internal topic cannot be changed.");
  }
  const auto before = static_cast<std::int32_t>(topic->partitions.size());
  if (wish.count == before) {
    return refused_growth(ErrorCode::invalid_partitions,
                          "Topic already has " + std::to_string(before) + " partition(s).");
  }
  if (wish.count < before || wish.count > max_partitions_of_topic) {
    return refused_growth(ErrorCode::invalid_partitions,
                          "The topic " + wish.name + " currently has " + std::to_string(before) +
                              " partition(s); " + std::to_string(wish.count) +
                              (wish.count < before ? " would not be an increase."
                                                   : " would be more than there may be."));
  }
  const std::int32_t added = wish.count - before;
  const std::size_t replicas = topic->partitions.front().replicas.size();
  if (wish.assignments) {
    return place_as_assigned(wish, static_cast<std::size_t>(added), replicas, cluster, view);
  }
  if (auto fault = placement_fault(cluster, view); !fault.empty()) {
    return refused_growth(ErrorCode::invalid_replication_factor, std::move(fault));
  }
  return {.added =
              place_partitions(added, std::min(replicas, cluster.members.size()), cluster, view)};
}

meta::Records decide(const CreatePartitionsRequest& request, const meta::CatalogueView& view,
                     const Node& node, MutationQuota& quota, CreatePartitionsResponse& response) {
  quota.begin();
  response = {};  // of an earlier decision
  meta::Records records;
  Repeats<std::string_view> repeats;
  for (const CreatePartitionsTopic& wish : request.topics) repeats.add(wish.name);
  std::set<std::string_view> refused_names;
  for (const CreatePartitionsTopic& wish : request.topics) {
    const bool twice = repeats.has(wish.name);
    if (twice && !refused_names.insert(wish.name).second) continue;  // answered once
    auto decision = twice ? refused_growth(ErrorCode::invalid_request, "Duplicate topic name.")
                          : decide(wish, view, node.cluster());
    const bool counts = decision.error == ErrorCode::none && !request.validate_only;
    if (counts && !quota.take(decision.added.size())) {
      decision =
          refused_growth(ErrorCode::throttling_quota_exceeded, std::string(MutationQuota::refusal));
    }
    CreatePartitionsTopicResult& answer = response.results.emplace_back();
    answer.name = wish.name;
    answer.error_code = decision.error;
    if (decision.error != ErrorCode::none) {
      answer.error_message = decision.message;
      continue;
    }
    records.push_back(
        meta::PartitionsAddedRecord{view.find(wish.name)->id, std::move(decision.added)});
  }
  return records;
}

}  // namespace

void handle(const CreatePartitionsRequest& request, const ExchangePtr& exchange) {
  Node& node = exchange->node();
  const auto response = std::make_shared<CreatePartitionsResponse>();  // of the two steps below
  const auto quota = std::make_shared<MutationQuota>(*exchange, first_growth_with_quota_errors);
  if (request.validate_only) {
    decide(request, node.view(), node, *quota, *response);
    return answer<CreatePartitionsRequest>(*exchange, *response);
  }
  node.catalogue().change(
      [request, exchange, quota, response](const meta::CatalogueView& view) {
        return decide(request, view, exchange->node(), *quota, *response);
      },
      [exchange, response](const Result<>& changed) {
        apply_outcome(changed, response->results);
        answer<CreatePartitionsRequest>(*exchange, *response);
      });
}

}  // namespace odradek::broker
