// SPDX-License-Identifier: Apache-2.0
#include "base/parse_number.h"
#include "command/verbs.h"
#include "wire/32_describe_configs.h"
#include "wire/44_incremental_alter_configs.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <array>
#include <memory>

// odradek config: get, set, unset, of topics, brokers, groups and loggers.
namespace odradek::command {

using client::outcome;

namespace {

struct Arguments {
  std::string kind;
  std::string name;
  std::vector<std::string> assignments;
  std::vector<std::string> keys;
  bool is_everything_shown = false;
  bool is_dry_run = false;
};

// Kafka: ConfigResource.Type.
const std::map<std::string, std::int8_t> kinds{
    {"topic", 2}, {"broker", 4}, {"logger", 8}, {"client-metrics", 16}, {"group", 32}};

// Kafka: DescribeConfigsResponse.ConfigSource.
constexpr std::array sources{"unknown", "topic",  "broker",         "brokers", "static",
                             "default", "logger", "client-metrics", "group"};
constexpr std::int8_t default_source = 5;

std::string source_name(std::int8_t source) {
  const auto index = static_cast<std::size_t>(std::max<std::int8_t>(source, 0));
  return sources.at(index < sources.size() ? index : 0);
}

// A broker and its loggers are asked themselves.
Result<client::BrokerConnection*> broker_for(Session& session, const Arguments& arguments) {
  const bool is_one_brokers =
      (arguments.kind == "broker" || arguments.kind == "logger") && !arguments.name.empty();
  if (!is_one_brokers) return session.cluster().any();
  const auto id = parse_number<std::int32_t>(arguments.name);
  if (!id) return Error{Fault::invalid, "a broker has a number for a name"};
  return session.cluster().node({*id});
}

Result<> get(Session& session, const Arguments& arguments) {
  wire::DescribeConfigsRequest request;
  auto& resource = request.resources.emplace_back();
  resource.resource_type = kinds.at(arguments.kind);
  resource.resource_name = arguments.name;
  if (!arguments.keys.empty()) resource.configuration_keys = arguments.keys;
  TRY(client::BrokerConnection* const broker, broker_for(session, arguments));
  TRY(const auto answer, broker->ask(request));
  Table table({"config", "value", "source"});
  for (const auto& result : answer->results) {
    TRY(outcome(result.error_code, result.error_message, arguments.kind + " " + arguments.name));
    auto configs = result.configs;
    std::sort(configs.begin(), configs.end(),
              [](const auto& one, const auto& other) { return one.name < other.name; });
    for (const auto& config : configs) {
      const bool is_shown = arguments.is_everything_shown || !arguments.keys.empty() ||
                            config.config_source != default_source;
      if (!is_shown) continue;
      boost::json::object row{{"config", config.name},
                              {"source", source_name(config.config_source)}};
      if (config.is_sensitive) {
        row["value"] = "(hidden)";
      } else if (config.value) {
        row["value"] = *config.value;
      }
      table.add(std::move(row));
    }
  }
  session.print(table);
  return {};
}

Result<> alter(Session& session, const Arguments& arguments) {
  enum : std::int8_t { set = 0, remove = 1 };
  wire::IncrementalAlterConfigsRequest request;
  request.validate_only = arguments.is_dry_run;
  auto& resource = request.resources.emplace_back();
  resource.resource_type = kinds.at(arguments.kind);
  resource.resource_name = arguments.name;
  for (const std::string& text : arguments.assignments) {
    TRY(auto config, parse_assignment(text));
    resource.configs.push_back({config.name, set, config.value});
  }
  for (const std::string& key : arguments.keys) resource.configs.push_back({key, remove, {}});
  TRY(client::BrokerConnection* const broker, broker_for(session, arguments));
  TRY(const auto answer, broker->ask(request));
  for (const auto& each : answer->responses) {
    TRY(outcome(each.error_code, each.error_message, arguments.kind + " " + arguments.name));
  }
  session.say(arguments.is_dry_run ? "would be changed" : "changed");
  return {};
}

}  // namespace

void add_config(Verbs& verbs) {
  CLI::App* const noun = verbs.add_noun(
      "config", "Settings of topics, brokers, groups and loggers; or of this process", "configs");
  const auto arguments = std::make_shared<Arguments>();
  const auto add = [&](const char* name, const char* help) {
    CLI::App* const verb = verbs.add(*noun, name, help);
    verb->add_option("KIND", arguments->kind, "topic, broker, group, logger or client-metrics")
        ->required()
        ->check(CLI::IsMember(kinds));
    verb->add_option("NAME", arguments->name, "Its name; \"\" is all brokers")->required();
    return verb;
  };
  CLI::App* const gets = add("get", "What is set, and where; with -a what is not set as well");
  gets->add_option("KEY", arguments->keys, "Only these");
  gets->add_flag("-a,--all", arguments->is_everything_shown, "Defaults as well");
  verbs.on(gets, [arguments](Session& session) { return get(session, *arguments); });
  CLI::App* const sets = add("set", "Set some");
  sets->add_option("KEY=VALUE", arguments->assignments, "What is set")->required();
  CLI::App* const unsets = add("unset", "Remove what was set");
  unsets->add_option("KEY", arguments->keys, "What is removed")->required();
  for (CLI::App* const verb : {sets, unsets}) {
    verb->add_flag("--dry-run", arguments->is_dry_run, "Only have it checked");
    verbs.on(verb, [arguments](Session& session) { return alter(session, *arguments); });
  }
}

}  // namespace odradek::command
