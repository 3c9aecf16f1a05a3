// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

// Numbers that the APIs of configurations share.
namespace odradek::wire {

// What has a configuration. Kafka: ConfigResource.Type.
enum class ConfigResourceType : std::int8_t {
  unknown = 0,
  topic = 2,
  broker = 4,  // "" is all of them
  broker_logger = 8,
  client_metrics = 16,
  group = 32,
};

inline constexpr std::array config_resource_types{
    ConfigResourceType::topic, ConfigResourceType::broker, ConfigResourceType::broker_logger,
    ConfigResourceType::client_metrics, ConfigResourceType::group};

// What a request's number stands for; `unknown` where it is none of these.
constexpr ConfigResourceType config_resource_type(std::int8_t number) {
  for (const ConfigResourceType type : config_resource_types) {
    if (static_cast<std::int8_t>(type) == number) return type;
  }
  return ConfigResourceType::unknown;
}

// Where a value comes from. Kafka: DescribeConfigsResponse.ConfigSource.
enum class ConfigSource : std::int8_t {
  unknown = 0,
  dynamic_topic = 1,
  dynamic_broker = 2,
  dynamic_default_broker = 3,
  static_broker = 4,
  default_config = 5,
  broker_logger = 6,
  client_metrics = 7,
  group = 8,
};

// What IncrementalAlterConfigs does with a value. Kafka: AlterConfigOp.OpType.
enum class ConfigOperation : std::int8_t { set = 0, remove = 1, append = 2, subtract = 3 };

}  // namespace odradek::wire
