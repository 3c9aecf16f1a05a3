// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/properties.h"
#include "base/result.h"
#include "client/cluster.h"
#include "wire/32_describe_configs.h"
#include "wire/config_types.h"

#include <cstdint>
#include <string>
#include <vector>

namespace odradek::client {

// Something that has a configuration. Kafka: ConfigResource.
struct ConfigResource {
  wire::ConfigResourceType type = wire::ConfigResourceType::topic;
  std::string name;  // "" is all brokers

  std::string text() const;  // "topic orders"
};

using DescribedConfig =
    wire::DescribeConfigsResponse::DescribeConfigsResult::DescribeConfigsResourceResult;
// With their synonyms, by their names. All of them where no keys are named. A broker, and its
// loggers, are asked themselves.
Result<std::vector<DescribedConfig>> describe_configs(Cluster& cluster,
                                                      const ConfigResource& resource,
                                                      const std::vector<std::string>& keys = {});
inline wire::ConfigSource source_of(const DescribedConfig& config) {
  return static_cast<wire::ConfigSource>(config.config_source);
}

// What is set, and what is removed.
struct ConfigChanges {
  std::vector<Property> set;
  std::vector<std::string> removed;
};
enum class Validate { and_do, only };
Result<> alter_configs(Cluster& cluster, const ConfigResource& resource,
                       const ConfigChanges& changes, Validate validate = Validate::and_do);

}  // namespace odradek::client
