// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "broker/change_outcome.h"
#include "broker/config_change.h"
#include "broker/exchange.h"
#include "broker/node.h"
#include "broker/repeats.h"

#include <functional>
#include <memory>
#include <string_view>
#include <utility>

namespace odradek::broker {

// What AlterConfigs and IncrementalAlterConfigs share: their requests have the same shape, and
// differ in what `change` makes of one resource. A resource that is named twice is refused.
template <class Request>
class ConfigAlteration {
 public:
  using Resource = typename Request::AlterConfigsResource;
  using Response = typename Request::Response;
  using Change =
      std::function<ConfigChange(const Resource&, const meta::CatalogueView&, const BrokerConfig&)>;

  static void run(const Request& request, const ExchangePtr& exchange, const Change& change) {
    Node& node = exchange->node();
    const auto response = std::make_shared<Response>();  // of the two steps below
    if (request.validate_only) {
      decide(request, node.view(), node.config(), change, *response);
      return answer<Request>(*exchange, *response);
    }
    node.catalogue().change(
        [request, exchange, change, response](const meta::CatalogueView& view) {
          return decide(request, view, exchange->node().config(), change, *response);
        },
        [exchange, response](const Result<>& changed) {
          apply_outcome(changed, response->responses);
          answer<Request>(*exchange, *response);
        });
  }

 private:
  static meta::Records decide(const Request& request, const meta::CatalogueView& view,
                              const BrokerConfig& config, const Change& change,
                              Response& response) {
    response = {};  // of an earlier decision
    meta::Records records;
    using Name = std::pair<std::int8_t, std::string_view>;
    Repeats<Name> repeats;
    for (const Resource& each : request.resources) {
      repeats.add({each.resource_type, each.resource_name});
    }
    for (const Resource& resource : request.resources) {
      auto decided = repeats.has(Name(resource.resource_type, resource.resource_name))
                         ? ConfigChange{wire::ErrorCode::invalid_request,
                                        "Each resource must appear at most once.",
                                        {}}
                         : change(resource, view, config);
      auto& answered = response.responses.emplace_back();
      answered.resource_type = resource.resource_type;
      answered.resource_name = resource.resource_name;
      answered.error_code = decided.error;
      if (decided.error != wire::ErrorCode::none) answered.error_message = decided.message;
      for (auto& record : decided.records) records.push_back(std::move(record));
    }
    return records;
  }
};

}  // namespace odradek::broker
