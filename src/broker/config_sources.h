// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "broker/broker_options.h"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace odradek::broker {

// Where the value of a setting comes from, weakest first.
enum class ConfigSource { default_value, file, environment, command_line };

struct ConfigSetting {
  std::string name;
  std::string value;
  ConfigSource source = ConfigSource::file;
};

// The settings in a Java properties file.
Result<std::vector<ConfigSetting>> read_properties(std::string_view text);

// The settings among environment variables ("NAME=value"), by the rule of Kafka's images: KAFKA_ or
// KAFKA_CFG_, then lower case with '_' for '.', "__" for '_' and "___" for '-'. Variables that mean
// something else, like KAFKA_HEAP_OPTS, are left out.
std::vector<ConfigSetting> read_environment(const std::vector<std::string>& variables);

// What was set when the broker started, by name.
using StaticConfigs = std::map<std::string, ConfigSetting, std::less<>>;

// Puts settings into the options, later ones over earlier ones, and returns what was set. Fails on
// a value that cannot be one; unknown names become warnings, with the nearest known name.
Result<StaticConfigs> apply(BrokerOptions& options, const std::vector<ConfigSetting>& settings,
                            std::vector<std::string>& warnings);

}  // namespace odradek::broker
