// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/properties.h"
#include "base/result.h"
#include "client/cluster.h"
#include "wire/32_describe_configs.h"

#include <cstdint>
#include <string>
#include <vector>

namespace odradek::client {

// Something that has a configuration. Kafka: ConfigResource.
struct ConfigResource {
  enum class Type : std::int8_t {
    topic = 2,
    broker = 4,
    broker_logger = 8,
    client_metrics = 16,
    group = 32,
  };
  Type type = Type::topic;
  std::string name;  // "" is all brokers

  std::string text() const;  // "topic orders"
};

// Kafka: DescribeConfigsResponse.ConfigSource.
enum class ConfigSource : std::int8_t {
  unknown = 0,
  topic = 1,
  broker = 2,
  all_brokers = 3,
  static_broker = 4,
  default_value = 5,
  broker_logger = 6,
  client_metrics = 7,
  group = 8,
};

using DescribedConfig =
    wire::DescribeConfigsResponse::DescribeConfigsResult::DescribeConfigsResourceResult;
// With their synonyms, by their names. All of them where no keys are named. A broker, and its
// loggers, are asked themselves.
Result<std::vector<DescribedConfig>> describe_configs(Cluster& cluster,
                                                      const ConfigResource& resource,
                                                      const std::vector<std::string>& keys = {});
inline ConfigSource source_of(const DescribedConfig& config) {
  return static_cast<ConfigSource>(config.config_source);
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
