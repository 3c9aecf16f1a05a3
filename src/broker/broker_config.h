// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "broker/broker_options.h"
#include "broker/config_sources.h"
#include "meta/catalogue_view.h"
#include "wire/config_types.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace odradek::broker {

struct ConfigSynonym {
  std::string name;
  std::optional<std::string> value;
  wire::ConfigSource source = wire::ConfigSource::default_config;
};

// The broker's settings with where they come from: what was set at the start, and over it what the
// catalogue says for all brokers and for this one.
class BrokerConfig {
 public:
  BrokerOptions& options() { return options_; }
  const BrokerOptions& options() const { return options_; }
  void set_static(StaticConfigs configs) { static_ = std::move(configs); }
  // Whether it was, when the broker started.
  bool is_set(std::string_view name) const { return static_.find(name) != static_.end(); }
  // Before anything is opened there.
  void set_data_directory(const std::string& path);

  // The settings of one of several nodes of a process: its id, rack and ports follow from those of
  // the first, number 0.
  Result<std::unique_ptr<BrokerConfig>> for_node(int number) const;

  // Brings the options that may change at run time to what the catalogue says.
  void apply_dynamic(const meta::CatalogueView& view);

  // Every value that stands for a setting, the one that counts first (KIP-226). `topic` is empty
  // for a broker's setting; else its own configuration comes first.
  std::vector<ConfigSynonym> synonyms(const OptionBase& option, std::string_view broker_name,
                                      const meta::Configs* topic,
                                      const meta::CatalogueView& view) const;

  std::string node_name() const { return std::to_string(*options_.node_id); }

 private:
  template <class T>
  void set_at_start(Option<T>& option, T value);

  BrokerOptions options_;
  StaticConfigs static_;
  std::vector<std::string> dynamically_set_;
};

}  // namespace odradek::broker
