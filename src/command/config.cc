// SPDX-License-Identifier: Apache-2.0
#include "client/configs.h"
#include "command/verbs.h"

#include <CLI/CLI.hpp>

#include <array>
#include <map>
#include <utility>

// odradek config: get, set, unset, of topics, brokers, groups and loggers.
namespace odradek::command {

using client::ConfigResource;

namespace {

struct ConfigArguments {
  std::string kind;
  std::string name;
  std::vector<std::string> assignments;
  std::vector<std::string> keys;
  bool is_everything_shown = false;
  bool is_dry_run = false;
};

const std::map<std::string, wire::ConfigResourceType> kinds{
    {"topic", wire::ConfigResourceType::topic},
    {"broker", wire::ConfigResourceType::broker},
    {"logger", wire::ConfigResourceType::broker_logger},
    {"client-metrics", wire::ConfigResourceType::client_metrics},
    {"group", wire::ConfigResourceType::group}};

std::string source_name(wire::ConfigSource source) {
  constexpr std::array names{"unknown", "topic",  "broker",         "brokers", "static",
                             "default", "logger", "client-metrics", "group"};
  const auto index = static_cast<std::size_t>(source);
  return names[index < names.size() ? index : 0];
}

ConfigResource resource_of(const ConfigArguments& arguments) {
  return {kinds.at(arguments.kind), arguments.name};
}

Result<> get(Session& session, const ConfigArguments& arguments) {
  TRY(const auto configs,
      client::describe_configs(session.cluster(), resource_of(arguments), arguments.keys));
  Table table({"config", "value", "source"});
  for (const auto& config : configs) {
    const auto source = client::source_of(config);
    const bool is_shown = arguments.is_everything_shown || !arguments.keys.empty() ||
                          source != wire::ConfigSource::default_config;
    if (!is_shown) continue;
    boost::json::object row{{"config", config.name}, {"source", source_name(source)}};
    if (config.is_sensitive) {
      row["value"] = "(hidden)";
    } else if (config.value) {
      row["value"] = *config.value;
    }
    table.add(std::move(row));
  }
  session.print(table);
  return {};
}

Result<> alter(Session& session, const ConfigArguments& arguments) {
  client::ConfigChanges changes{.set = {}, .removed = arguments.keys};
  for (const std::string& text : arguments.assignments) {
    TRY(changes.set.emplace_back(), parse_assignment(text));
  }
  const auto validate = arguments.is_dry_run ? client::Validate::only : client::Validate::and_do;
  TRY(client::alter_configs(session.cluster(), resource_of(arguments), changes, validate));
  session.say(arguments.is_dry_run ? "would be changed" : "changed");
  return {};
}

}  // namespace

void add_config(Verbs& verbs) {
  Noun<ConfigArguments> config(
      verbs, "config", "Settings of topics, brokers, groups and loggers; or of this process",
      "configs");
  const auto add = [&](const char* name, const char* help,
                       Result<> (*act)(Session&, const ConfigArguments&)) {
    CLI::App* const verb = config.add(name, help, act);
    verb->add_option("KIND", config->kind, "topic, broker, group, logger or client-metrics")
        ->required()
        ->check(CLI::IsMember(kinds));
    verb->add_option("NAME", config->name, "Its name; \"\" is all brokers")->required();
    return verb;
  };
  CLI::App* const gets =
      add("get", "What is set, and where; with -a what is not set as well", &get);
  gets->add_option("KEY", config->keys, "Only these");
  gets->add_flag("-a,--all", config->is_everything_shown, "Defaults as well");
  CLI::App* const sets = add("set", "Set some", &alter);
  sets->add_option("KEY=VALUE", config->assignments, "What is set")->required();
  CLI::App* const unsets = add("unset", "Remove what was set", &alter);
  unsets->add_option("KEY", config->keys, "What is removed")->required();
  for (CLI::App* const verb : {sets, unsets}) {
    verb->add_flag("--dry-run", config->is_dry_run, "Only have it checked");
  }
}

}  // namespace odradek::command
