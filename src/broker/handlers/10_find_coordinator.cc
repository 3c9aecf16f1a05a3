// SPDX-License-Identifier: Apache-2.0
#include "base/utf16.h"
#include "broker/cluster.h"
#include "broker/handlers/handlers.h"
#include "broker/internal_topics.h"
#include "broker/node.h"

#include <algorithm>

// FindCoordinator: who leads the partition that a group's or a transaction's state is in. Kafka:
// KafkaApis.handleFindCoordinatorRequest.
namespace odradek::broker {

using wire::ErrorCode;
using wire::FindCoordinatorRequest;
using wire::FindCoordinatorResponse;

namespace {

constexpr wire::Version first_with_many_keys = 4;

enum class KeyType : std::int8_t { group = 0, transaction = 1, share = 2 };

using Coordinator = FindCoordinatorResponse::Coordinator;

// What Kafka says of INVALID_REQUEST.
constexpr std::string_view invalid_request_text =
    "This most likely occurs because of a request being malformed by the client library or the "
    "message was sent to an incompatible broker. See the broker logs for more details.";

bool is_known(KeyType type) { return type >= KeyType::group && type <= KeyType::share; }

Coordinator nobody(ErrorCode error, std::string_view message) {
  Coordinator coordinator;
  coordinator.node_id = none_of<NodeId>;
  coordinator.port = -1;
  coordinator.error_code = error;
  coordinator.error_message = message;
  return coordinator;
}

// Where the state of this kind is; empty for a kind that is not served.
std::string_view topic_of(KeyType type) {
  switch (type) {
    case KeyType::group:
      return consumer_offsets;
    case KeyType::transaction:
      return transaction_state;
    case KeyType::share:
      break;
  }
  return {};
}

// The node that leads the key's partition of an internal topic, if there is one and it is up.
Coordinator leader_for(std::string_view key, std::string_view name, const Exchange& exchange) {
  const auto& view = exchange.node().view();
  const auto topic = view.find(name);
  if (topic) {
    const auto count = static_cast<std::int32_t>(topic->partitions.size());
    const auto index = static_cast<std::size_t>(java_partition(key, count));
    const NodeId leader = view.leader_of(topic->partitions[index]);
    const auto live = live_nodes(exchange.node(), exchange.connection());
    const auto found = std::find_if(live.begin(), live.end(),
                                    [&](const NodeAddress& each) { return each.id == leader; });
    if (found != live.end()) {
      Coordinator coordinator;
      coordinator.node_id = found->id;
      coordinator.host = found->host;
      coordinator.port = found->port;
      return coordinator;
    }
  }
  return nobody(ErrorCode::coordinator_not_available, "The coordinator is not available.");
}

Coordinator coordinator_of(const std::string& key, KeyType type, const Exchange& exchange) {
  const std::string_view topic = topic_of(type);
  return topic.empty() ? nobody(ErrorCode::invalid_request, invalid_request_text)
                       : leader_for(key, topic, exchange);
}

void answer_now(const FindCoordinatorRequest& request, Exchange& exchange) {
  const auto type = static_cast<KeyType>(request.key_type);
  FindCoordinatorResponse response;
  if (exchange.version() >= first_with_many_keys) {
    for (const std::string& key : request.coordinator_keys) {
      auto& found = response.coordinators.emplace_back(coordinator_of(key, type, exchange));
      found.key = key;
      // Kafka explains nothing here but a kind that it does not know.
      if (is_known(type)) found.error_message = "";
    }
  } else {
    const Coordinator found = coordinator_of(request.key, type, exchange);
    response.error_code = found.error_code;
    response.error_message = found.error_message.value_or("NONE");
    response.node_id = found.node_id;
    response.host = found.host;
    response.port = found.port;
  }
  answer<FindCoordinatorRequest>(exchange, response);
}

}  // namespace

void handle(const FindCoordinatorRequest& request, const ExchangePtr& exchange) {
  const std::string_view topic = topic_of(static_cast<KeyType>(request.key_type));
  if (topic.empty()) return answer_now(request, *exchange);
  require_internal_topic(exchange->node(), topic,
                         [request, exchange] { answer_now(request, *exchange); });
}

}  // namespace odradek::broker
