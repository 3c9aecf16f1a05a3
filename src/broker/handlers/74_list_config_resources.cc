// SPDX-License-Identifier: Apache-2.0
#include "broker/handlers/handlers.h"
#include "broker/node.h"

#include <set>

// ListConfigResources: everything that has a configuration (KIP-1142); version 0 knew client
// metrics only. Kafka: KafkaApis.handleListConfigResources.
namespace odradek::broker {

using wire::ConfigResourceType;
using wire::ErrorCode;
using wire::ListConfigResourcesRequest;
using wire::ListConfigResourcesResponse;

namespace {

void add(ListConfigResourcesResponse& response, ConfigResourceType type, const std::string& name) {
  response.config_resources.push_back({name, static_cast<std::int8_t>(type)});
}

void add_all(ListConfigResourcesResponse& response, ConfigResourceType type, const Node& node) {
  switch (type) {
    case ConfigResourceType::topic:
      for (const auto& [name, topic] : node.view().topics()) add(response, type, name);
      return;
    case ConfigResourceType::broker:
    case ConfigResourceType::broker_logger:
      for (const auto& [id, is_up] : node.view().nodes()) {
        if (is_up) add(response, type, std::to_string(id.value));
      }
      return;
    case ConfigResourceType::client_metrics:
    case ConfigResourceType::group:
      for (const auto& [name, configs] : node.view().configured(type)) add(response, type, name);
      return;
    case ConfigResourceType::unknown:
      return;
  }
}

}  // namespace

void handle(const ListConfigResourcesRequest& request, const ExchangePtr& exchange) {
  constexpr wire::Version first_with_kinds = 1;
  std::set<ConfigResourceType> asked;
  for (const std::int8_t type : request.resource_types) {
    asked.insert(wire::config_resource_type(type));
  }
  if (exchange->version() < first_with_kinds) asked = {ConfigResourceType::client_metrics};
  const auto& all = wire::config_resource_types;
  if (asked.empty()) asked.insert(all.begin(), all.end());
  ListConfigResourcesResponse response;
  for (const ConfigResourceType type : asked) {
    if (type == ConfigResourceType::unknown) {
      response.error_code = ErrorCode::unsupported_version;
      response.config_resources.clear();
      break;
    }
    add_all(response, type, exchange->node());
  }
  answer<ListConfigResourcesRequest>(*exchange, response);
}

}  // namespace odradek::broker
