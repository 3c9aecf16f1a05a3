// SPDX-License-Identifier: Apache-2.0
#include "broker/produce_wait.h"

#include "broker/leader_hints.h"
#include "broker/node.h"

#include <iterator>
#include <utility>

namespace odradek::broker {

using wire::ErrorCode;
using wire::ProduceRequest;
using wire::ProduceResponse;

namespace {

using PartitionProduceResponse = ProduceResponse::TopicProduceResponse::PartitionProduceResponse;

constexpr std::chrono::milliseconds deadline_interval{500};

// As Node::fate_of(), and where the log has left this node, what its leader says of it.
std::optional<ErrorCode> fate_of(Node& node, const LogPosition& position) {
  Partition* const partition = node.partitions().replica(position.topic_id, position.partition);
  if (!partition || partition->role() == Partition::Role::leader) return node.fate_of(position);
  if (partition->role() == Partition::Role::leader_without_log) return std::nullopt;
  const log::FollowerLog* const log = partition->follower_log();
  if (log && log->progress().high_watermark >= position.offset) return ErrorCode::none;
  node.replication().follow(*partition);
  return std::nullopt;
}

PartitionProduceResponse response_of(ProduceWait::Outcome& outcome) {
  auto& fault = outcome.appended.fault;
  PartitionProduceResponse response;
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
    const auto fate = fate_of(exchange->node(), *outcome.awaited);
    is_settled = is_settled && fate;
    if (!fate) continue;
    outcome.awaited.reset();
    if (*fate != ErrorCode::none) outcome.appended = {.fault = {*fate, {}, {}}};
  }
  return is_settled;
}

void ProduceWait::time_out() {
  for (Outcome& outcome : outcomes) {
    if (!outcome.awaited) continue;
    outcome.appended = {.fault = {ErrorCode::request_timed_out, {}, {}}};
    outcome.awaited.reset();
  }
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

ProduceWaits::ProduceWaits(Node& node) : node_(node), timer_(node.loop()) {}

void ProduceWaits::add(std::vector<ProduceWait> waits) {
  std::move(waits.begin(), waits.end(), std::back_inserter(waits_));
}

void ProduceWaits::settle() {
  for (ProduceWait& wait : std::exchange(waits_, {})) {
    wait.settle() ? wait.finish() : waits_.push_back(std::move(wait));
  }
  if (!waits_.empty()) look_at_deadlines_later();
}

void ProduceWaits::look_at_deadlines_later() {
  if (std::exchange(is_timer_set_, true)) return;
  timer_.expires_after(deadline_interval);
  timer_.async_wait([this](const auto& cancelled) {
    is_timer_set_ = false;
    if (!cancelled) look_at_deadlines();
  });
}

void ProduceWaits::look_at_deadlines() {
  const Node::Turn turn(node_);
  const auto now = Clock::now();
  for (ProduceWait& wait : waits_) {
    if (wait.deadline < now) wait.time_out();
  }
  settle();
}

}  // namespace odradek::broker
