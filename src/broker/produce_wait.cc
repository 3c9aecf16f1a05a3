// SPDX-License-Identifier: Apache-2.0
#include "broker/produce_wait.h"

#include "broker/leader_hints.h"
#include "broker/node.h"

namespace odradek::broker {

using wire::ErrorCode;
using wire::ProduceRequest;
using wire::ProduceResponse;

namespace {

using PartitionResponse = ProduceResponse::TopicProduceResponse::PartitionProduceResponse;

PartitionResponse response_of(ProduceWait::Outcome& outcome) {
  auto& fault = outcome.appended.fault;
  PartitionResponse response;
  response.index = outcome.partition;
  response.error_code = fault.error;
  response.base_offset = outcome.appended.base_offset;
  response.log_append_time_ms = outcome.appended.log_append_time;
  response.log_start_offset = outcome.log_start_offset;
  if (!fault.found()) return response;
  for (const auto& record : fault.records) {
    response.record_errors.push_back(
        {.batch_index = record.index, .batch_index_error_message = record.message});
  }
  if (!fault.message.empty()) response.error_message = fault.message;
  return response;
}

}  // namespace

bool ProduceWait::settle() {
  bool is_settled = true;
  for (Outcome& outcome : outcomes) {
    if (!outcome.awaited) continue;
    const auto fate = exchange->node().fate_of(*outcome.awaited);
    is_settled = is_settled && fate;
    if (!fate) continue;
    outcome.awaited.reset();
    if (*fate != ErrorCode::none) outcome.appended = {.fault = {*fate, {}, {}}};
  }
  return is_settled;
}

void ProduceWait::finish() {
  bool failed = false;
  ProduceResponse response;
  LeaderHints hints(exchange->node(), exchange->connection());
  for (Outcome& outcome : outcomes) {
    failed = failed || outcome.appended.fault.found();
    auto& topics = response.responses;
    const bool same_topic = !topics.empty() && topics.back().name == outcome.topic &&
                            topics.back().topic_id == outcome.topic_id;
    if (!same_topic) topics.push_back({.name = outcome.topic, .topic_id = outcome.topic_id});
    auto& answered = topics.back().partition_responses.emplace_back(response_of(outcome));
    if (answered.error_code == ErrorCode::not_leader_or_follower) {
      const auto& view = exchange->node().view();
      const auto topic =
          outcome.topic_id.is_zero() ? view.find(outcome.topic) : view.find(outcome.topic_id);
      hints.add(answered, topic, outcome.partition);
    }
  }
  hints.add_endpoints(response);
  if (acks != 0) return answer<ProduceRequest>(*exchange, response);
  // Nothing is answered, so closing the connection is the only way to tell of a failure.
  failed ? exchange->close_connection() : exchange->answer_with_nothing();
}

}  // namespace odradek::broker
