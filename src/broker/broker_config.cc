// SPDX-License-Identifier: Apache-2.0
#include "broker/broker_config.h"

#include "broker/listener.h"

#include <limits>
#include <utility>

namespace odradek::broker {
namespace {

std::optional<std::string> value_in(const meta::Configs& configs, std::string_view name) {
  const auto found = configs.find(name);
  if (found == configs.end()) return std::nullopt;
  return found->second;
}

// "NAME://host:port,..." with every port that is not 0 raised.
Result<std::string> with_ports_raised(const std::string& listeners, int by) {
  TRY(const auto endpoints, parse_endpoints(listeners));
  std::string text;
  for (const Endpoint& endpoint : endpoints) {
    const int port = endpoint.port == 0 ? 0 : endpoint.port + by;
    if (port > std::numeric_limits<std::uint16_t>::max()) {
      return Error{Fault::invalid, "listeners: there are not enough ports from " +
                                       std::to_string(endpoint.port) + " on for every node"};
    }
    const bool is_v6 = endpoint.host.find(':') != std::string::npos;
    const std::string host = is_v6 ? "[" + endpoint.host + "]" : endpoint.host;
    text += (text.empty() ? "" : ",") + endpoint.name + "://" + host + ":" + std::to_string(port);
  }
  return text;
}

}  // namespace

template <class T>
void BrokerConfig::set_at_start(Option<T>& option, T value) {
  option.assign(std::move(value));
  const std::string name(option.about().name);
  static_[name] = {name, option.text().value_or(""), ConfigSource::command_line};
}

void BrokerConfig::set_data_directory(const std::string& path) {
  set_at_start<std::optional<std::string>>(options_.log_dirs, path);
}

Result<std::unique_ptr<BrokerConfig>> BrokerConfig::for_node(int number) const {
  auto config = std::make_unique<BrokerConfig>();
  std::vector<ConfigSetting> settings;
  for (const auto& [name, setting] : static_) settings.push_back(setting);
  std::vector<std::string> told_already;
  TRY(config->static_, apply(config->options_, settings, told_already));
  BrokerOptions& options = config->options_;
  if (*options.nodes == 1) return config;
  config->set_at_start(options.node_id, *options.node_id + number);
  const auto& racks = *options.racks;
  if (!racks.empty()) {
    config->set_at_start<std::optional<std::string>>(
        options.broker_rack, racks[static_cast<std::size_t>(number) % racks.size()]);
  }
  // A node's ports come behind those of the node before it.
  TRY(const auto endpoints, parse_endpoints(*options.listeners));
  const int by = number * static_cast<int>(endpoints.size());
  TRY(auto listeners, with_ports_raised(*options.listeners, by));
  config->set_at_start(options.listeners, std::move(listeners));
  if (*options.advertised_listeners) {
    TRY(auto advertised, with_ports_raised(**options.advertised_listeners, by));
    config->set_at_start<std::optional<std::string>>(options.advertised_listeners, advertised);
  }
  return config;
}

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
      found.push_back({topic_name, own, wire::ConfigSource::dynamic_topic});
    }
  }
  const std::string name(broker_name);
  const auto own = value_in(view.broker_configs(node_name()), name);
  if (own) found.push_back({name, own, wire::ConfigSource::dynamic_broker});
  const auto all = value_in(view.broker_configs(""), name);
  if (all) found.push_back({name, all, wire::ConfigSource::dynamic_default_broker});
  if (const auto at_start = static_.find(name); at_start != static_.end()) {
    found.push_back({name, at_start->second.value, wire::ConfigSource::static_broker});
  }
  found.push_back({name.empty() ? topic_name : name, option.default_text(),
                   wire::ConfigSource::default_config});
  return found;
}

}  // namespace odradek::broker
