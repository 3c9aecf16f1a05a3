// SPDX-License-Identifier: Apache-2.0
#include "broker/change_outcome.h"
#include "broker/handlers/handlers.h"
#include "broker/mutation_quota.h"
#include "broker/node.h"

#include <memory>
#include <set>

// DeleteTopics. Kafka: ControllerApis.deleteTopics, ReplicationControlManager.deleteTopics.
namespace odradek::broker {

using wire::DeleteTopicsRequest;
using wire::DeleteTopicsResponse;
using wire::ErrorCode;

namespace {

constexpr wire::Version first_delete_with_ids = 6;
constexpr wire::Version first_with_deletion_disabled = 3;
constexpr wire::Version first_delete_with_quota_errors = 5;

using DeleteTopicState = DeleteTopicsRequest::DeleteTopicState;
using DeletableTopicResult = DeleteTopicsResponse::DeletableTopicResult;

std::vector<DeleteTopicState> wishes_of(const DeleteTopicsRequest& request, wire::Version version) {
  if (version >= first_delete_with_ids) return request.topics;
  std::vector<DeleteTopicState> wishes;
  for (const std::string& name : request.topic_names) wishes.push_back({.name = name});
  return wishes;
}

DeletableTopicResult answer_one(const DeleteTopicState& wish, const meta::CatalogueView& view,
                                MutationQuota& quota, std::set<Uuid>& deleted) {
  DeletableTopicResult answer;
  answer.name = wish.name;
  answer.topic_id = wish.topic_id;
  const bool has_id = !wish.topic_id.is_zero();
  if (has_id == wish.name.has_value()) {
    answer.error_code = ErrorCode::invalid_request;
    answer.error_message = has_id ? "You may not specify both topic name and topic id."
                                  : "Neither topic name nor id were specified.";
    return answer;
  }
  const auto topic = has_id ? view.find(wish.topic_id) : view.find(*wish.name);
  if (!topic) {
    answer.error_code =
        has_id ? ErrorCode::unknown_topic_id : ErrorCode::unknown_topic_or_partition;
    answer.error_message = "This server does not host this topic ID or name.";
    return answer;
  }
  answer.name = topic->name;
  answer.topic_id = topic->id;
  if (deleted.contains(topic->id)) {
    answer.error_code = ErrorCode::invalid_request;
    answer.error_message = "The provided topic is given twice.";
  } else if (!quota.take(topic->partitions.size())) {
    answer.error_code = ErrorCode::throttling_quota_exceeded;
    answer.error_message = std::string(MutationQuota::refusal);
  } else {
    deleted.insert(topic->id);
  }
  return answer;
}

void refuse_all(Exchange& exchange, const std::vector<DeleteTopicState>& wishes) {
  DeleteTopicsResponse response;
  for (const DeleteTopicState& wish : wishes) {
    auto& answer = response.responses.emplace_back();
    answer.name = wish.name;
    answer.topic_id = wish.topic_id;
    answer.error_code = exchange.version() < first_with_deletion_disabled
                            ? ErrorCode::invalid_request
                            : ErrorCode::topic_deletion_disabled;
    answer.error_message = "Topic deletion is disabled.";
  }
  answer<DeleteTopicsRequest>(exchange, response);
}

}  // namespace

void handle(const DeleteTopicsRequest& request, const ExchangePtr& exchange) {
  auto wishes = wishes_of(request, exchange->version());
  if (!*exchange->node().options().delete_topic_enable) return refuse_all(*exchange, wishes);
  const auto response = std::make_shared<DeleteTopicsResponse>();  // of the two steps below
  const auto quota = std::make_shared<MutationQuota>(*exchange, first_delete_with_quota_errors);
  exchange->node().catalogue().change(
      [wishes = std::move(wishes), quota, response](const meta::CatalogueView& view) {
        *response = {};  // of an earlier decision
        quota->begin();
        std::set<Uuid> deleted;
        for (const DeleteTopicState& wish : wishes) {
          response->responses.push_back(answer_one(wish, view, *quota, deleted));
        }
        meta::Records records;
        for (const Uuid& id : deleted) records.push_back(meta::TopicRemovedRecord{id});
        return records;
      },
      [exchange, response](const Result<>& changed) {
        apply_outcome(changed, response->responses);
        answer<DeleteTopicsRequest>(*exchange, *response);
      });
}

}  // namespace odradek::broker
