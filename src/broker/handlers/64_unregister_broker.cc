// SPDX-License-Identifier: Apache-2.0
#include "broker/handlers/handlers.h"
#include "broker/node.h"

#include <memory>

// UnregisterBroker: forgets a node that is configured no more. Kafka:
// ClusterControlManager.unregisterBroker.
namespace odradek::broker {

using wire::ErrorCode;
using wire::UnregisterBrokerRequest;
using wire::UnregisterBrokerResponse;

namespace {

meta::Records decide(NodeId id, const meta::CatalogueView& view, const Cluster& cluster,
                     UnregisterBrokerResponse& response) {
  response = {};  // of an earlier decision
  if (!view.nodes().contains(id)) {
    response.error_code = ErrorCode::broker_id_not_registered;
    response.error_message =
        "Broker ID " + std::to_string(id.value) + " is not currently registered";
    return {};
  }
  if (cluster.find(id)) {
    response.error_code = ErrorCode::invalid_request;
    response.error_message = "Broker ID " + std::to_string(id.value) +
                             " is a node of this process: start it with fewer nodes first.";
    return {};
  }
  return {meta::NodeRemovedRecord{id}};
}

}  // namespace

void handle(const UnregisterBrokerRequest& request, const ExchangePtr& exchange) {
  const auto response = std::make_shared<UnregisterBrokerResponse>();  // of the two steps below
  exchange->node().catalogue().change(
      [id = request.broker_id, exchange, response](const meta::CatalogueView& view) {
        return decide(id, view, exchange->node().cluster(), *response);
      },
      [exchange, response](const Result<>& changed) {
        if (!changed && response->error_code == ErrorCode::none) {
          response->error_code = ErrorCode::kafka_storage_error;
          response->error_message = changed.error().context;
        }
        answer<UnregisterBrokerRequest>(*exchange, *response);
      });
}

}  // namespace odradek::broker
