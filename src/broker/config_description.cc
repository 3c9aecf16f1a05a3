// SPDX-License-Identifier: Apache-2.0
#include "broker/config_description.h"

#include "broker/broker_loggers.h"
#include "meta/group_options.h"

#include <algorithm>
#include <array>
#include <utility>

namespace odradek::broker {

namespace {

DescribedConfig described(const OptionBase* option, std::string name,
                          std::vector<ConfigSynonym> synonyms) {
  DescribedConfig config;
  config.option = option;
  config.name = std::move(name);
  config.value = synonyms.front().value;
  config.source = synonyms.front().source;
  config.synonyms = std::move(synonyms);
  return config;
}

// Kafka tells of a default where a broker's setting has one: not where topics alone have the
// setting, nor where it follows from one in coarser units.
bool has_told_default(std::string_view broker_name) {
  constexpr std::array derived{"log.retention.ms", "log.roll.ms", "log.roll.jitter.ms",
                               "log.flush.interval.ms"};
  return !broker_name.empty() && std::count(derived.begin(), derived.end(), broker_name) == 0;
}

}  // namespace

std::vector<DescribedConfig> describe_topic(const meta::Configs& own, const BrokerConfig& config,
                                            const meta::CatalogueView& view) {
  std::vector<DescribedConfig> all;
  for (const OptionBase* option : config.options().topic_defaults.options()) {
    const auto& about = option->about();
    auto& each = all.emplace_back(described(
        option, std::string(about.name), config.synonyms(*option, about.broker_name, &own, view)));
    if (!has_told_default(about.broker_name)) each.synonyms.pop_back();
  }
  return all;
}

std::vector<DescribedConfig> describe_broker(const BrokerConfig& config,
                                             const meta::CatalogueView& view) {
  std::vector<DescribedConfig> all;
  for (const std::string_view name : config.options().names()) {
    const OptionBase* const option = config.options().find_option(name);
    auto synonyms = config.synonyms(*option, name, nullptr, view);
    // What was worked out at the start, like the port that the system gave, counts as it is.
    synonyms.front().value = option->text();
    auto& each = all.emplace_back(described(option, std::string(name), std::move(synonyms)));
    each.is_read_only = option->about().update == OptionUpdate::at_start;
    if (!option->default_text() || !has_told_default(name)) each.synonyms.pop_back();
  }
  return all;
}

std::vector<DescribedConfig> describe_all_brokers(const BrokerConfig& config,
                                                  const meta::CatalogueView& view) {
  std::vector<DescribedConfig> all;
  for (const auto& [name, value] : view.broker_configs("")) {
    const OptionBase* const option = config.options().find_option(name);
    if (!option) continue;
    all.push_back(
        described(option, name, {{name, value, wire::ConfigSource::dynamic_default_broker}}));
  }
  return all;
}

// What is set for the group, and below it what the broker has for all groups.
std::vector<DescribedConfig> describe_group(const meta::Configs& own, const BrokerConfig& config,
                                            const meta::CatalogueView& view) {
  static const meta::GroupOptions options;
  std::vector<DescribedConfig> all;
  for (const OptionBase* option : options.options()) {
    const std::string name(option->about().name);
    const std::string broker_name = "group." + name;
    const OptionBase* const of_broker = config.options().find_option(broker_name);
    std::vector<ConfigSynonym> synonyms;
    const auto set = own.find(name);
    if (set != own.end()) synonyms.push_back({name, set->second, wire::ConfigSource::group});
    if (of_broker) {
      const auto inherited = config.synonyms(*of_broker, broker_name, nullptr, view);
      synonyms.insert(synonyms.end(), inherited.begin(), inherited.end());
    } else {
      synonyms.push_back({name, option->default_text(), wire::ConfigSource::default_config});
    }
    all.push_back(described(option, name, std::move(synonyms)));
  }
  return all;
}

std::vector<DescribedConfig> describe_client_metrics(const meta::Configs& own) {
  static const meta::ClientMetricsOptions options;
  std::vector<DescribedConfig> all;
  for (const OptionBase* option : options.options()) {
    const std::string name(option->about().name);
    const auto set = own.find(name);
    if (set != own.end()) {
      all.push_back(
          described(option, name, {{name, set->second, wire::ConfigSource::client_metrics}}));
      continue;
    }
    auto& each = all.emplace_back();
    each.option = option;
    each.name = name;
    each.value = option->default_text();
  }
  return all;
}

std::vector<DescribedConfig> describe_loggers() {
  return {described(nullptr, root_logger,
                    {{root_logger, logger_level(), wire::ConfigSource::broker_logger}})};
}

}  // namespace odradek::broker
