// SPDX-License-Identifier: Apache-2.0
#include "broker/cluster.h"
#include "broker/handlers/handlers.h"
#include "broker/node.h"

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

Coordinator coordinator_of(const std::string& key, KeyType type, const NodeAddress& coordinator) {
  Coordinator found;
  found.key = key;
  found.node_id = none_of<NodeId>;
  found.port = -1;
  if (type == KeyType::group) {
    found.node_id = coordinator.id;
    found.host = coordinator.host;
    found.port = coordinator.port;
  } else if (type == KeyType::transaction) {
    // Tells a transactional producer at once, where a retriable error would keep it waiting.
    found.error_code = ErrorCode::unsupported_version;
    found.error_message = "This broker does not serve transactions.";
  } else {
    found.error_code = ErrorCode::invalid_request;
  }
  return found;
}

}  // namespace

void handle(const FindCoordinatorRequest& request, const ExchangePtr& exchange) {
  // One node stands for all groups, the same whoever is asked.
  const auto live = live_nodes(exchange->node(), exchange->connection());
  const NodeAddress& coordinator = live.front();
  const auto type = static_cast<KeyType>(request.key_type);
  FindCoordinatorResponse response;
  if (exchange->version() >= first_with_many_keys) {
    for (const std::string& key : request.coordinator_keys) {
      response.coordinators.push_back(coordinator_of(key, type, coordinator));
    }
  } else {
    const Coordinator found = coordinator_of(request.key, type, coordinator);
    response.error_code = found.error_code;
    response.error_message = found.error_message;
    response.node_id = found.node_id;
    response.host = found.host;
    response.port = found.port;
  }
  answer<FindCoordinatorRequest>(*exchange, response);
}

}  // namespace odradek::broker
