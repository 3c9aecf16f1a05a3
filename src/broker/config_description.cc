// SPDX-License-Identifier: Apache-2.0
#include "broker/config_description.h"

#include "broker/broker_loggers.h"
#include "meta/group_options.h"

namespace odradek::broker {

std::vector<DescribedConfig> describe_topic(const meta::Configs& own, const BrokerConfig& config,
                                            const meta::CatalogueView& view) {
  std::vector<DescribedConfig> described;
  for (const OptionBase* option : config.options().topic_defaults.options()) {
    const auto& about = option->about();
    described.push_back({option, std::string(about.name), false,
                         config.synonyms(*option, about.broker_name, &own, view)});
  }
  return described;
}

std::vector<DescribedConfig> describe_broker(const BrokerConfig& config,
                                             const meta::CatalogueView& view) {
  std::vector<DescribedConfig> described;
  for (const std::string_view name : config.options().names()) {
    const OptionBase* const option = config.options().find_option(name);
    auto synonyms = config.synonyms(*option, name, nullptr, view);
    // What was worked out at the start, like the port that the system gave, counts as it is.
    synonyms.front().value = option->text();
    described.push_back({option, std::string(name),
                         option->about().update == OptionUpdate::at_start, std::move(synonyms)});
  }
  return described;
}

// What is set for the group, and below it what the broker has for all groups.
std::vector<DescribedConfig> describe_group(const meta::Configs& own, const BrokerConfig& config,
                                            const meta::CatalogueView& view) {
  static const meta::GroupOptions options;
  std::vector<DescribedConfig> described;
  for (const OptionBase* option : options.options()) {
    const std::string name(option->about().name);
    const std::string broker_name = "group." + name;
    const OptionBase* const of_broker = config.options().find_option(broker_name);
    auto& each = described.emplace_back();
    each.option = option;
    each.name = name;
    const auto set = own.find(name);
    if (set != own.end()) each.synonyms = {{name, set->second, DescribedSource::group}};
    if (of_broker) {
      const auto inherited = config.synonyms(*of_broker, broker_name, nullptr, view);
      each.synonyms.insert(each.synonyms.end(), inherited.begin(), inherited.end());
    } else {
      each.synonyms.push_back({name, option->default_text(), DescribedSource::default_config});
    }
  }
  return described;
}

std::vector<DescribedConfig> describe_client_metrics(const meta::Configs& own) {
  static const meta::ClientMetricsOptions options;
  std::vector<DescribedConfig> described;
  for (const OptionBase* option : options.options()) {
    const std::string name(option->about().name);
    const auto set = own.find(name);
    ConfigSynonym value{name, option->default_text(), DescribedSource::default_config};
    if (set != own.end()) value = {name, set->second, DescribedSource::client_metrics};
    described.push_back({option, name, false, {value}});
  }
  return described;
}

std::vector<DescribedConfig> describe_loggers() {
  return {{nullptr,
           root_logger,
           false,
           {{root_logger, logger_level(), DescribedSource::broker_logger}}}};
}

}  // namespace odradek::broker
