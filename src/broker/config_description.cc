// SPDX-License-Identifier: Apache-2.0
#include "broker/config_description.h"

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

}  // namespace odradek::broker
