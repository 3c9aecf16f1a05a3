// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "broker/broker_config.h"
#include "meta/catalogue_view.h"
#include "wire/config_types.h"
#include "wire/error_code.h"

#include <optional>
#include <string>
#include <vector>

namespace odradek::broker {

struct ConfigWish {
  std::string name;
  wire::ConfigOperation operation = wire::ConfigOperation::set;
  std::optional<std::string> value;
};

// A resource whose configuration somebody wants to change.
struct ConfigTarget {
  wire::ConfigResourceType type = wire::ConfigResourceType::unknown;
  std::string name;
};

// What becomes of the wishes: records for the catalogue, or Kafka's error for the resource.
struct ConfigChange {
  wire::ErrorCode error = wire::ErrorCode::none;
  std::string message;
  meta::Records records;
};

// Changes named configurations and leaves the others (IncrementalAlterConfigs, KIP-339).
ConfigChange change_configs(const ConfigTarget& target, const std::vector<ConfigWish>& wishes,
                            const meta::CatalogueView& view, const BrokerConfig& config);

// Makes `wishes`, all of them `set`, the whole configuration of the resource (AlterConfigs).
ConfigChange replace_configs(const ConfigTarget& target, const std::vector<ConfigWish>& wishes,
                             const meta::CatalogueView& view, const BrokerConfig& config);

}  // namespace odradek::broker
