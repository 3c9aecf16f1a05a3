// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "broker/broker_config.h"
#include "meta/catalogue_view.h"

#include <optional>
#include <vector>

namespace odradek::broker {

// A configuration as DescribeConfigs and CreateTopics tell of it.
struct DescribedConfig {
  const OptionBase* option = nullptr;  // none of a logger

  std::string name;
  bool is_read_only = false;
  std::optional<std::string> value;
  wire::ConfigSource source = wire::ConfigSource::default_config;
  std::vector<ConfigSynonym> synonyms;  // the first counts; a default of Kafka's own is not there

  bool is_secret() const { return option && option->type() == OptionType::password; }
};

// Every configuration of a topic, with what `own` sets; of the broker; and of a group.
std::vector<DescribedConfig> describe_topic(const meta::Configs& own, const BrokerConfig& config,
                                            const meta::CatalogueView& view);
std::vector<DescribedConfig> describe_broker(const BrokerConfig& config,
                                             const meta::CatalogueView& view);
// What is set for all brokers.
std::vector<DescribedConfig> describe_all_brokers(const BrokerConfig& config,
                                                  const meta::CatalogueView& view);
std::vector<DescribedConfig> describe_group(const meta::Configs& own, const BrokerConfig& config,
                                            const meta::CatalogueView& view);
// The same of a subscription of client metrics; and the levels of loggers.
std::vector<DescribedConfig> describe_client_metrics(const meta::Configs& own);
std::vector<DescribedConfig> describe_loggers();

}  // namespace odradek::broker
