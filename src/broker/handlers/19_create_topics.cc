// SPDX-License-Identifier: Apache-2.0
#include "broker/change_outcome.h"
#include "broker/config_description.h"
#include "broker/handlers/handlers.h"
#include "broker/mutation_quota.h"
#include "broker/node.h"
#include "broker/repeats.h"
#include "broker/topic_creation.h"

#include <algorithm>
#include <memory>
#include <set>
#include <string_view>

// CreateTopics. Kafka: ReplicationControlManager.createTopics.
namespace odradek::broker {

using wire::CreateTopicsRequest;
using wire::CreateTopicsResponse;
using wire::ErrorCode;

namespace {

using CreatableTopic = CreateTopicsRequest::CreatableTopic;
using CreatableTopicResult = CreateTopicsResponse::CreatableTopicResult;

CreatableTopicResult& add_answer(CreateTopicsResponse& response, const CreatableTopic& wish) {
  CreatableTopicResult& answer = response.topics.emplace_back();
  answer.name = wish.name;
  answer.configs.emplace();  // null is for those who may not see them
  return answer;
}

void describe(CreatableTopicResult& answer, const meta::TopicRecord& topic, Node& node) {
  answer.topic_id = topic.id;
  answer.num_partitions = static_cast<std::int32_t>(topic.partitions.size());
  answer.replication_factor = static_cast<std::int16_t>(topic.partitions.front().replicas.size());
  meta::Configs own;
  for (const auto& config : topic.configs) own[config.name] = config.value;
  for (const DescribedConfig& each : describe_topic(own, node.config(), node.view())) {
    auto& config = answer.configs->emplace_back();
    config.name = each.name;
    config.value = each.value;
    config.config_source = static_cast<std::int8_t>(each.source);
  }
}

// Kafka: ReplicationControlManager.validateTotalNumberOfPartitions.
constexpr std::int64_t max_partitions = 10000;

std::int64_t partitions_asked_for(const CreateTopicsRequest& request,
                                  const BrokerOptions& options) {
  std::int64_t total = 0;
  for (const CreatableTopic& wish : request.topics) {
    if (!wish.assignments.empty()) {
      total += static_cast<std::int64_t>(wish.assignments.size());
    } else if (wish.num_partitions == -1) {
      total += *options.num_partitions;
    } else {
      total += std::max(0, wish.num_partitions);
    }
  }
  return total;
}

void refuse_all(const CreateTopicsRequest& request, CreateTopicsResponse& response) {
  std::set<std::string_view> names;
  for (const CreatableTopic& wish : request.topics) {
    if (!names.insert(wish.name).second) continue;
    CreatableTopicResult& answer = add_answer(response, wish);
    answer.error_code = ErrorCode::policy_violation;
    answer.error_message = "Excessively large number of partitions per request.";
  }
}

constexpr wire::Version first_create_with_quota_errors = 6;

// Answers every wish and returns the records that fulfil those that can be.
meta::Records decide(const CreateTopicsRequest& request, const meta::CatalogueView& view,
                     Node& node, MutationQuota& quota, CreateTopicsResponse& response) {
  quota.begin();
  response = {};  // of an earlier decision
  if (partitions_asked_for(request, node.options()) > max_partitions) {
    refuse_all(request, response);
    return {};
  }
  meta::Records records;
  meta::CatalogueView ahead = view;  // two new names of one request may collide with each other
  Repeats<std::string_view> repeats;
  for (const CreatableTopic& wish : request.topics) repeats.add(wish.name);
  std::set<std::string_view> refused;
  for (const CreatableTopic& wish : request.topics) {
    const bool twice = repeats.has(wish.name);
    if (twice && !refused.insert(wish.name).second) continue;  // answered once
    CreatableTopicResult& answer = add_answer(response, wish);
    if (twice) {
      answer.error_code = ErrorCode::invalid_request;
      answer.error_message = "Duplicate topic name.";
      continue;
    }
    auto created = decide_topic(wish, ahead, node.options(), node.cluster());
    const bool counts = created.topic && !request.validate_only;
    if (counts && !quota.take(created.topic->partitions.size())) {
      created = {ErrorCode::throttling_quota_exceeded, std::string(MutationQuota::refusal), {}};
    }
    answer.error_code = created.error;
    if (!created.topic) {
      answer.error_message = created.message;
      continue;
    }
    describe(answer, *created.topic, node);
    ahead.apply(*created.topic);
    records.push_back(*created.topic);
  }
  return records;
}

}  // namespace

void handle(const CreateTopicsRequest& request, const ExchangePtr& exchange) {
  Node& node = exchange->node();
  const auto response = std::make_shared<CreateTopicsResponse>();  // of the two steps below
  const auto quota = std::make_shared<MutationQuota>(*exchange, first_create_with_quota_errors);
  if (request.validate_only) {
    decide(request, node.view(), node, *quota, *response);
    return answer<CreateTopicsRequest>(*exchange, *response);
  }
  node.catalogue().change(
      [request, exchange, quota, response](const meta::CatalogueView& view) {
        return decide(request, view, exchange->node(), *quota, *response);
      },
      [exchange, response](const Result<>& changed) {
        apply_outcome(changed, response->topics);
        answer<CreateTopicsRequest>(*exchange, *response);
      });
}

}  // namespace odradek::broker
