// SPDX-License-Identifier: Apache-2.0
#include "broker/config_sources.h"

#include "base/properties.h"
#include "broker/listener_check.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

namespace odradek::broker {
namespace {

// Not settings, though they begin like one (Kafka: KafkaDockerWrapper).
constexpr std::array<std::string_view, 13> other_variables{"CREATE_TOPICS",
                                                           "VERSION",
                                                           "HEAP_OPTS",
                                                           "OPTS",
                                                           "JMX_OPTS",
                                                           "GC_LOG_OPTS",
                                                           "LOG4J_ROOT_LOGLEVEL",
                                                           "LOG4J_LOGGERS",
                                                           "TOOLS_LOG4J_LOGLEVEL",
                                                           "JMX_HOSTNAME",
                                                           "JMX_PORT",
                                                           "LOG4J_OPTS",
                                                           "JVM_PERFORMANCE_OPTS"};

std::string setting_name(std::string_view variable) {
  std::string name;
  while (!variable.empty()) {
    const std::size_t dashes =
        std::min<std::size_t>(3, std::min(variable.find_first_not_of('_'), variable.size()));
    if (dashes == 0) {
      name += static_cast<char>(std::tolower(static_cast<unsigned char>(variable.front())));
      variable.remove_prefix(1);
    } else {
      name += dashes == 1 ? '.' : dashes == 2 ? '_' : '-';
      variable.remove_prefix(dashes);
    }
  }
  return name;
}

// Settings of Kafka that mean nothing here and are not worth a warning.
bool is_foreign(std::string_view name) {
  constexpr std::array<std::string_view, 12> prefixes{
      "zookeeper.", "controller.", "confluent.", "ssl.",           "sasl.",       "metric.",
      "metrics.",   "quorum.",     "replica.",   "listener.name.", "remote.log.", "jmx."};
  return std::any_of(prefixes.begin(), prefixes.end(),
                     [&](std::string_view prefix) { return name.starts_with(prefix); });
}

// Names of what was set in vain, and not to what is so anyway.
std::string ignored_among(const StaticConfigs& known, const BrokerOptions& options) {
  std::string names;
  for (const auto& [name, setting] : known) {
    const OptionBase& option = *options.find_option(name);
    const bool is_ignored = option.about().effect == OptionEffect::ignored &&
                            option.default_text().value_or("") != setting.value;
    if (is_ignored) names += (names.empty() ? "" : ", ") + name;
  }
  return names;
}

}  // namespace

Result<std::vector<ConfigSetting>> read_properties(std::string_view text) {
  TRY(auto properties, parse_properties(text));
  std::vector<ConfigSetting> settings;
  for (Property& each : properties) {
    settings.push_back({std::move(each.name), std::move(each.value), ConfigSource::file});
  }
  return settings;
}

std::vector<ConfigSetting> read_environment(const std::vector<std::string>& variables) {
  std::vector<ConfigSetting> settings;
  for (const std::string& variable : variables) {
    std::string_view rest = variable;
    const auto equals = rest.find('=');
    if (equals == std::string_view::npos || !rest.starts_with("KAFKA_")) continue;
    const std::string_view value = rest.substr(equals + 1);
    rest = rest.substr(0, equals);
    rest.remove_prefix(rest.starts_with("KAFKA_CFG_") ? 10 : 6);
    if (std::count(other_variables.begin(), other_variables.end(), rest) > 0) continue;
    settings.push_back({setting_name(rest), std::string(value), ConfigSource::environment});
  }
  return settings;
}

Result<StaticConfigs> apply(BrokerOptions& options, const std::vector<ConfigSetting>& settings,
                            std::vector<std::string>& warnings) {
  StaticConfigs known;
  for (const ConfigSetting& setting : settings) {
    OptionBase* const option = options.find_option(setting.name);
    if (!option) {
      if (is_foreign(setting.name)) continue;
      const auto nearest = nearest_name(setting.name, options.names());
      warnings.push_back("unknown setting " + setting.name +
                         (nearest.empty() ? "" : ": did you mean " + std::string(nearest) + "?"));
      continue;
    }
    TRY(option->set(setting.value));
    known[setting.name] = setting;
  }
  if (auto ignored = ignored_among(known, options); !ignored.empty()) {
    warnings.push_back("settings of features that are not there have no effect: " + ignored);
  }
  const auto is_set = [&](std::string_view name) { return known.find(name) != known.end(); };
  // As Kafka's images have it: who sets what is advertised in the environment need not say it
  // twice.
  const auto advertised = known.find("advertised.listeners");
  const bool is_from_image =
      advertised != known.end() && advertised->second.source == ConfigSource::environment;
  if (is_from_image && !is_set("listeners")) {
    TRY(auto listeners, listeners_for(advertised->second.value));
    options.listeners.assign(listeners);
    known["listeners"] = {"listeners", std::move(listeners), ConfigSource::environment};
  }
  constexpr std::int64_t ms_per_minute = 60000;
  constexpr std::int64_t ms_per_hour = 60 * ms_per_minute;
  if (!is_set("log.retention.ms")) {
    const auto& minutes = *options.log_retention_minutes;
    const std::int64_t ms =
        minutes ? *minutes * ms_per_minute : *options.log_retention_hours * ms_per_hour;
    options.topic_defaults.retention_ms.assign(std::max<std::int64_t>(ms, -1));
  }
  if (!is_set("log.roll.ms")) {
    options.topic_defaults.segment_ms.assign(*options.log_roll_hours * ms_per_hour);
  }
  if (*options.broker_id >= 0 && !is_set("node.id")) options.node_id.assign(*options.broker_id);
  return known;
}

}  // namespace odradek::broker
