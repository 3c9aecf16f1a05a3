// SPDX-License-Identifier: Apache-2.0
#include "broker/config_alteration.h"
#include "broker/handlers/handlers.h"

// AlterConfigs: replaces the whole configuration of a resource. Kafka:
// ConfigurationControlManager.legacyAlterConfigs.
namespace odradek::broker {

using wire::AlterConfigsRequest;

void handle(const AlterConfigsRequest& request, const ExchangePtr& exchange) {
  using Alteration = ConfigAlteration<AlterConfigsRequest>;
  Alteration::run(request, exchange,
                  [](const Alteration::Resource& resource, const meta::CatalogueView& view,
                     const BrokerConfig& config) {
                    std::vector<ConfigWish> wishes;
                    for (const auto& each : resource.configs) {
                      wishes.push_back({each.name, wire::ConfigOperation::set, each.value});
                    }
                    const ConfigTarget target{
                        static_cast<wire::ConfigResourceType>(resource.resource_type),
                        resource.resource_name};
                    return replace_configs(target, wishes, view, config);
                  });
}

}  // namespace odradek::broker
