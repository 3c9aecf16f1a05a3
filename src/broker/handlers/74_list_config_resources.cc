// SPDX-License-Identifier: Apache-2.0
#include "broker/handlers/handlers.h"
#include "broker/node.h"

#include <algorithm>
#include <set>

// ListConfigResources: everything that has a configuration (KIP-1142); version 0 knew client
// metrics only. Kafka: KafkaApis.handleListConfigResources.
namespace odradek::broker {

using wire::ConfigResourceType;
using wire::ErrorCode;
using wire::ListConfigResourcesRequest;
using wire::ListConfigResourcesResponse;

namespace {

constexpr std::array kinds{wire::ConfigResourceType::topic, wire::ConfigResourceType::broker,
                           wire::ConfigResourceType::broker_logger,
                           wire::ConfigResourceType::client_metrics,
                           wire::ConfigResourceType::group};

void add(ListConfigResourcesResponse& response, wire::ConfigResourceType type,
         const std::string& name) {
  response.config_resources.push_back({name, static_cast<std::int8_t>(type)});
}

void add_all(ListConfigResourcesResponse& response, wire::ConfigResourceType type,
             const Node& node) {
  switch (type) {
    case wire::ConfigResourceType::topic:
      for (const auto& [name, topic] : node.view().topics()) add(response, type, name);
      return;
    case wire::ConfigResourceType::broker:
    case wire::ConfigResourceType::broker_logger:
      for (const auto& [id, is_up] : node.view().nodes()) {
        if (is_up) add(response, type, std::to_string(id.value));
      }
      return;
    case wire::ConfigResourceType::client_metrics:
    case wire::ConfigResourceType::group:
      for (const auto& [name, configs] : node.view().configured(type)) add(response, type, name);
      return;
    case wire::ConfigResourceType::unknown:
      return;
  }
}

}  // namespace

void handle(const ListConfigResourcesRequest& request, const ExchangePtr& exchange) {
  constexpr wire::Version first_with_kinds = 1;
  std::set<wire::ConfigResourceType> asked;
  for (const std::int8_t type : request.resource_types) {
    asked.insert(static_cast<wire::ConfigResourceType>(type));
  }
  if (exchange->version() < first_with_kinds) asked = {wire::ConfigResourceType::client_metrics};
  if (asked.empty()) asked.insert(kinds.begin(), kinds.end());
  ListConfigResourcesResponse response;
  for (const wire::ConfigResourceType type : asked) {
    if (std::count(kinds.begin(), kinds.end(), type) == 0) {
      response.error_code = ErrorCode::unsupported_version;
      response.config_resources.clear();
      break;
    }
    add_all(response, type, exchange->node());
  }
  answer<ListConfigResourcesRequest>(*exchange, response);
}

}  // namespace odradek::broker
