// SPDX-License-Identifier: Apache-2.0
#include "broker/broker_loggers.h"
#include "broker/config_alteration.h"
#include "broker/handlers/handlers.h"

// IncrementalAlterConfigs: sets, removes and edits single configurations (KIP-339). Kafka:
// ConfigurationControlManager.incrementalAlterConfigs.
namespace odradek::broker {

using wire::IncrementalAlterConfigsRequest;

void handle(const IncrementalAlterConfigsRequest& request, const ExchangePtr& exchange) {
  using Alteration = ConfigAlteration<IncrementalAlterConfigsRequest>;
  Alteration::run(
      request, exchange,
      [may_apply = !request.validate_only](const Alteration::Resource& resource,
                                           const meta::CatalogueView& view,
                                           const BrokerConfig& config) -> ConfigChange {
        std::vector<ConfigWish> wishes;
        for (const auto& each : resource.configs) {
          const auto operation = static_cast<wire::ConfigOperation>(each.config_operation);
          if (operation < wire::ConfigOperation::set ||
              operation > wire::ConfigOperation::subtract) {
            return {wire::ErrorCode::invalid_request, "Unknown operation type.", {}};
          }
          wishes.push_back({each.name, operation, each.value});
        }
        const ConfigTarget target{static_cast<wire::ConfigResourceType>(resource.resource_type),
                                  resource.resource_name};
        if (target.type == wire::ConfigResourceType::broker_logger) {
          if (target.name == config.node_name()) return change_loggers(wishes, may_apply);
          return {wire::ErrorCode::invalid_request,
                  "Unexpected broker id, expected " + config.node_name() + ", but received " +
                      target.name,
                  {}};
        }
        return change_configs(target, wishes, view, config);
      });
}

}  // namespace odradek::broker
