// SPDX-License-Identifier: Apache-2.0
#include "base/parse_number.h"
#include "command/kafka_tools/kafka_tools.h"
#include "wire/32_describe_configs.h"
#include "wire/44_incremental_alter_configs.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <memory>

// kafka-configs, for topics, brokers, groups and loggers. Kafka: ConfigCommand.
namespace odradek::command::kafka_tools {

using client::outcome;

namespace {

struct Arguments {
  bool describes = false;
  bool alters = false;
  std::string kind;
  std::string name;
  bool is_default = false;
  std::string short_names[4];  // --topic, --broker, --group, --broker-logger
  std::vector<std::string> added;
  std::vector<std::string> deleted;
  bool shows_all = false;
};

// Kafka: ConfigResource.Type.
const std::map<std::string, std::int8_t> kinds{
    {"topics", 2}, {"brokers", 4}, {"broker-loggers", 8}, {"client-metrics", 16}, {"groups", 32}};

// Kafka: ConfigEntry.ConfigSource.
constexpr std::array sources{"UNKNOWN",
                             "DYNAMIC_TOPIC_CONFIG",
                             "DYNAMIC_BROKER_CONFIG",
                             "DYNAMIC_DEFAULT_BROKER_CONFIG",
                             "STATIC_BROKER_CONFIG",
                             "DEFAULT_CONFIG",
                             "DYNAMIC_BROKER_LOGGER_CONFIG",
                             "DYNAMIC_CLIENT_METRICS_CONFIG",
                             "DYNAMIC_GROUP_CONFIG"};
constexpr std::int8_t default_source = 5;
constexpr std::int8_t static_source = 4;

const char* source_name(std::int8_t source) {
  const bool is_known = source >= 0 && static_cast<std::size_t>(source) < sources.size();
  return sources[is_known ? static_cast<std::size_t>(source) : 0];
}

Result<client::BrokerConnection*> broker_for(Session& session, const Arguments& arguments) {
  const bool is_one_brokers = arguments.kind == "brokers" || arguments.kind == "broker-loggers";
  const auto id = parse_number<std::int32_t>(arguments.name);
  if (is_one_brokers && id) return session.cluster().node({*id});
  return session.cluster().any();
}

std::string singular(const Arguments& arguments) {
  return arguments.kind.ends_with('s') && arguments.kind != "client-metrics"
             ? arguments.kind.substr(0, arguments.kind.size() - 1)
             : arguments.kind;
}

using Described = wire::DescribeConfigsResponse::DescribeConfigsResult;

void print(const Described::DescribeConfigsResourceResult& config) {
  std::string synonyms;
  for (const auto& each : config.synonyms) {
    synonyms += (synonyms.empty() ? "" : ", ") + std::string(source_name(each.source)) + ":" +
                each.name + "=" + each.value.value_or("null");
  }
  fmt::print("  {}={} sensitive={} synonyms={{{}}}\n", config.name, config.value.value_or("null"),
             config.is_sensitive, synonyms);
}

Result<> describe(Session& session, const Arguments& arguments) {
  wire::DescribeConfigsRequest request;
  request.include_synonyms = true;
  request.resources.push_back({kinds.at(arguments.kind), arguments.name, {}});
  TRY(client::BrokerConnection* const broker, broker_for(session, arguments));
  TRY(const auto answer, broker->ask(request));
  for (const Described& result : answer->results) {
    TRY(outcome(result.error_code, result.error_message, singular(arguments)));
    if (arguments.is_default) {
      fmt::print("Default configs for {} in the cluster are:\n", arguments.kind);
    } else {
      fmt::print("{} configs for {} {} are:\n", arguments.shows_all ? "All" : "Dynamic",
                 singular(arguments), arguments.name);
    }
    auto configs = result.configs;
    std::sort(configs.begin(), configs.end(),
              [](const auto& one, const auto& other) { return one.name < other.name; });
    for (const auto& config : configs) {
      const bool is_own =
          config.config_source != default_source && config.config_source != static_source;
      if (arguments.shows_all || is_own) print(config);
    }
  }
  return {};
}

// "a=1,b=[x,y]": what stands in brackets is one value.
Result<std::vector<NameAndValue>> read_added(const std::vector<std::string>& given) {
  std::vector<NameAndValue> read;
  for (const std::string& text : given) {
    std::string one;
    int depth = 0;
    for (std::size_t i = 0; i <= text.size(); ++i) {
      const bool ends = i == text.size() || (text[i] == ',' && depth == 0);
      if (ends) {
        TRY(auto assignment, parse_assignment(one));
        read.push_back(std::move(assignment));
        one.clear();
        continue;
      }
      depth += text[i] == '[' ? 1 : text[i] == ']' ? -1 : 0;
      if (text[i] != '[' && text[i] != ']') one += text[i];
    }
  }
  return read;
}

Result<> alter(Session& session, const Arguments& arguments) {
  enum : std::int8_t { set = 0, remove = 1 };
  wire::IncrementalAlterConfigsRequest request;
  auto& resource = request.resources.emplace_back();
  resource.resource_type = kinds.at(arguments.kind);
  resource.resource_name = arguments.name;
  TRY(const auto added, read_added(arguments.added));
  for (const auto& each : added) resource.configs.push_back({each.name, set, each.value});
  for (const std::string& name : split_list(arguments.deleted)) {
    resource.configs.push_back({name, remove, {}});
  }
  TRY(client::BrokerConnection* const broker, broker_for(session, arguments));
  TRY(const auto answer, broker->ask(request));
  for (const auto& each : answer->responses) {
    TRY(outcome(each.error_code, each.error_message, singular(arguments)));
  }
  arguments.is_default
      ? fmt::print("Completed updating default config for {} in the cluster.\n", arguments.kind)
      : fmt::print("Completed updating config for {} {}.\n", singular(arguments), arguments.name);
  return {};
}

}  // namespace

Action configs(CLI::App& app) {
  const auto arguments = std::make_shared<Arguments>();
  CLI::Option_group* const verb = app.add_option_group("verb");
  verb->require_option(1);
  verb->add_flag("--describe", arguments->describes);
  verb->add_flag("--alter", arguments->alters);
  app.add_option("--entity-type", arguments->kind)->check(CLI::IsMember(kinds));
  app.add_option("--entity-name", arguments->name);
  app.add_flag("--entity-default", arguments->is_default);
  constexpr std::array flags{"--topic", "--broker", "--group", "--broker-logger"};
  for (std::size_t i = 0; i < flags.size(); ++i)
    app.add_option(flags[i], arguments->short_names[i]);
  app.add_option("--add-config", arguments->added);
  app.add_option("--delete-config", arguments->deleted);
  app.add_flag("--all", arguments->shows_all);
  return [arguments](Session& session) -> Result<> {
    constexpr std::array kinds_of_flags{"topics", "brokers", "groups", "broker-loggers"};
    for (std::size_t i = 0; i < kinds_of_flags.size(); ++i) {
      if (arguments->short_names[i].empty()) continue;
      arguments->kind = kinds_of_flags[i];
      arguments->name = arguments->short_names[i];
    }
    if (arguments->kind.empty()) {
      return Error{Fault::invalid, "At least one entity type must be specified"};
    }
    return arguments->describes ? describe(session, *arguments) : alter(session, *arguments);
  };
}

}  // namespace odradek::command::kafka_tools
