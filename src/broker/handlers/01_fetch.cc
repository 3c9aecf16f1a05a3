// SPDX-License-Identifier: Apache-2.0
#include "base/clock.h"
#include "broker/fetch_answer.h"
#include "broker/fetch_wait.h"
#include "broker/handlers/handlers.h"
#include "broker/node.h"
#include "wire/isolation_level.h"

#include <algorithm>
#include <chrono>

// Fetch: reads what there is and answers, or waits until there is enough. Kafka:
// KafkaApis.handleFetchRequest, ReplicaManager.fetchMessages, FetchSession.
namespace odradek::broker {

using wire::ErrorCode;
using wire::FetchRequest;

namespace {

// The longest that a fetch waits, whatever it asks for.
constexpr std::chrono::milliseconds max_fetch_wait = std::chrono::minutes(5);

FetchParams params_of(const FetchRequest& request, const BrokerOptions& options) {
  const auto max_bytes =
      static_cast<std::size_t>(std::clamp(request.max_bytes, 0, *options.fetch_max_bytes));
  const auto min_bytes = static_cast<std::size_t>(std::max(0, request.min_bytes));
  return {.max_wait = std::min(std::chrono::milliseconds(request.max_wait_ms), max_fetch_wait),
          .min_bytes = std::min(min_bytes, max_bytes),
          .max_bytes = max_bytes,
          .read_committed =
              wire::IsolationLevel{request.isolation_level} == wire::IsolationLevel::read_committed,
          .rack = std::string(request.rack_id)};
}

bool has_isolation(const FetchRequest& request) {
  return is_known(wire::IsolationLevel{request.isolation_level});
}

bool finds_any(FetchSessions::Context& context, Exchange& exchange) {
  const auto& items = context.asked();
  return std::any_of(items.begin(), items.end(), [&](const FetchItem& item) {
    return find_fetched(exchange.node(), exchange.version(), *item.topic, item.topic_id,
                        item.partition)
               .partition != nullptr;
  });
}

bool is_from_follower(const FetchRequest& request) {
  return request.replica_id >= NodeId{0} || request.replica_state.replica_id >= NodeId{0};
}

// An answer that has the error of each partition, and nothing else.
template <class ErrorOf>
wire::FetchResponse refusal(const FetchRequest& request, const ErrorOf& error_of) {
  wire::FetchResponse response;
  for (const auto& topic : request.topics) {
    if (topic.partitions.empty()) continue;
    auto& answered = response.responses.emplace_back();
    answered.topic = topic.topic;
    answered.topic_id = topic.topic_id;
    for (const auto& partition : topic.partitions) {
      auto& data = answered.partitions.emplace_back();
      data.partition_index = partition.partition;
      data.error_code = error_of(topic, partition);
      data.high_watermark = Offset{-1};
      // As in FetchAnswer: null where the partition is here and cannot be read.
      const bool is_here = data.error_code == ErrorCode::not_leader_or_follower;
      if (!is_here) data.aborted_transactions.emplace();
    }
  }
  return response;
}

// No partition is replicated by fetching, so nobody can be a follower of one.
wire::FetchResponse refusal_of_follower(const FetchRequest& request, Exchange& exchange) {
  return refusal(request, [&](const auto& topic, const auto& partition) {
    const auto found = find_fetched(exchange.node(), exchange.version(), topic.topic,
                                    topic.topic_id, partition.partition);
    return found.partition ? ErrorCode::not_leader_or_follower : found.error;
  });
}

// What Kafka makes of an exception: FetchRequest.getErrorResponse.
wire::FetchResponse refusal_of_all(const FetchRequest& request, wire::Version version) {
  const auto error = ErrorCode::unknown_server_error;
  wire::FetchResponse response;
  if (version < first_fetch_with_ids) {
    response = refusal(request, [error](const auto&, const auto&) { return error; });
  }
  response.error_code = error;
  return response;
}

}  // namespace

void handle(const FetchRequest& request, const ExchangePtr& exchange) {
  Node& node = exchange->node();
  if (is_from_follower(request)) {
    return answer<FetchRequest>(*exchange, refusal_of_follower(request, *exchange));
  }
  node.commit();  // what was produced before on this connection can be read
  // A client that has had too much gets nothing, and its session stays as it is.
  const bool rests = exchange->is_in_debt(QuotaKind::fetch);
  if (rests && request.session_epoch <= 0) return answer<FetchRequest>(*exchange, {});
  auto context = node.sessions().begin(request, exchange->version(), Clock::now());
  if (context.error != ErrorCode::none) {
    return answer<FetchRequest>(*exchange, {.error_code = context.error});
  }
  if (rests) return answer<FetchRequest>(*exchange, {.session_id = context.session_id()});
  if (!has_isolation(request) && finds_any(context, *exchange)) {
    return answer<FetchRequest>(*exchange, refusal_of_all(request, exchange->version()));
  }
  FetchParams params = params_of(request, node.options());
  // What is owed for one answer is paid within half a window: above its rate, a client has a window
  // and a half at most. Kafka: KafkaApis.handleFetchRequest cuts answers to the whole of a window.
  const auto burst = exchange->burst(QuotaKind::fetch);
  if (burst && *burst / 2 < static_cast<double>(params.max_bytes)) {
    params.max_bytes = static_cast<std::size_t>(*burst / 2);
    params.min_bytes = std::min(params.min_bytes, params.max_bytes);
  }
  const bool has_time = params.max_wait.count() > 0;
  FetchAnswer found(*exchange, context, params,
                    has_time ? FetchAnswer::Attempt::may_wait : FetchAnswer::Attempt::last);
  const bool may_wait = has_time && !found.is_urgent() && found.bytes() < params.min_bytes &&
                        !found.readable().empty();
  if (!may_wait) return found.send(*exchange);
  FetchWait::begin(exchange, std::move(context), params, params.min_bytes - found.bytes(),
                   found.readable());
}

}  // namespace odradek::broker
