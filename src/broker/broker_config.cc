// SPDX-License-Identifier: Apache-2.0
#include "broker/broker_config.h"

#include <utility>

namespace odradek::broker {
namespace {

std::optional<std::string> value_in(const meta::Configs& configs, std::string_view name) {
  const auto found = configs.find(name);
  if (found == configs.end()) return std::nullopt;
  return found->second;
}

}  // namespace

void BrokerConfig::apply_dynamic(const meta::CatalogueView& view) {
  for (const std::string& name : std::exchange(dynamically_set_, {})) {
    OptionBase* const option = options_.find_option(name);
    option->reset();
    const auto at_start = static_.find(name);
    if (at_start != static_.end()) (void)option->set(at_start->second.value);
  }
  for (const std::string& broker : {std::string{}, node_name()}) {
    for (const auto& [name, value] : view.broker_configs(broker)) {
      OptionBase* const option = options_.find_option(name);
      // One that this version does not know, or no longer takes, is left alone.
      if (option && option->set(value)) dynamically_set_.push_back(name);
    }
  }
}

std::vector<ConfigSynonym> BrokerConfig::synonyms(const OptionBase& option,
                                                  std::string_view broker_name,
                                                  const meta::Configs* topic,
                                                  const meta::CatalogueView& view) const {
  std::vector<ConfigSynonym> found;
  const std::string topic_name(option.about().name);
  if (topic) {
    if (const auto own = value_in(*topic, topic_name)) {
      found.push_back({topic_name, own, DescribedSource::dynamic_topic});
    }
  }
  const std::string name(broker_name);
  const auto own = value_in(view.broker_configs(node_name()), name);
  if (own) found.push_back({name, own, DescribedSource::dynamic_broker});
  const auto all = value_in(view.broker_configs(""), name);
  if (all) found.push_back({name, all, DescribedSource::dynamic_default_broker});
  if (const auto at_start = static_.find(name); at_start != static_.end()) {
    found.push_back({name, at_start->second.value, DescribedSource::static_broker});
  }
  found.push_back(
      {name.empty() ? topic_name : name, option.default_text(), DescribedSource::default_config});
  return found;
}

}  // namespace odradek::broker
