// SPDX-License-Identifier: Apache-2.0
#include "client/configs.h"
#include "client/groups.h"
#include "command/kafka_tools/config_entities.h"
#include "wire/74_list_config_resources.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>

// kafka-configs of what has a configuration of its own. Kafka: ConfigCommand.
namespace odradek::command::kafka_tools {

using client::ConfigResource;
using wire::ConfigSource;
using Type = wire::ConfigResourceType;

namespace {

Type type_of(const ConfigEntity& entity) {
  static const std::map<std::string, Type> types{{"topics", Type::topic},
                                                 {"brokers", Type::broker},
                                                 {"broker-loggers", Type::broker_logger},
                                                 {"client-metrics", Type::client_metrics},
                                                 {"groups", Type::group}};
  return types.at(entity.type);
}

// Kafka: ConfigEntry.ConfigSource.
const char* source_name(std::int8_t source) {
  constexpr std::array names{"UNKNOWN",
                             "DYNAMIC_TOPIC_CONFIG",
                             "DYNAMIC_BROKER_CONFIG",
                             "DYNAMIC_DEFAULT_BROKER_CONFIG",
                             "STATIC_BROKER_CONFIG",
                             "DEFAULT_CONFIG",
                             "DYNAMIC_BROKER_LOGGER_CONFIG",
                             "DYNAMIC_CLIENT_METRICS_CONFIG",
                             "DYNAMIC_GROUP_CONFIG"};
  const bool is_known = source >= 0 && static_cast<std::size_t>(source) < names.size();
  return names[is_known ? static_cast<std::size_t>(source) : 0];
}

// Where a setting comes from that was made for this very thing. Every logger's counts.
bool is_own(const ConfigResource& resource, ConfigSource source) {
  switch (resource.type) {
    case Type::topic:
      return source == ConfigSource::dynamic_topic;
    case Type::broker:
      return source == (resource.name.empty() ? ConfigSource::dynamic_default_broker
                                              : ConfigSource::dynamic_broker);
    case Type::broker_logger:
      return true;
    case Type::client_metrics:
      return source == ConfigSource::client_metrics;
    case Type::group:
      return source == ConfigSource::group;
    case Type::unknown:
      break;
  }
  return false;
}

using Names = std::set<std::string>;

Result<Names> configured(Session& session, Type type) {
  wire::ListConfigResourcesRequest request;
  request.resource_types = {static_cast<std::int8_t>(type)};
  TRY(const auto answer, session.cluster().ask(request));
  TRY(client::outcome(answer->error_code, {}, "configurations"));
  Names names;
  for (const auto& each : answer->config_resources) names.insert(each.resource_name);
  return names;
}

Result<Names> all_names(Session& session, Type type) {
  Names names;
  switch (type) {
    case Type::topic: {
      TRY(const auto metadata, session.cluster().metadata_of_all());
      for (const auto& topic : metadata.topics) names.insert(topic.name.value_or(""));
      return names;
    }
    case Type::broker:
    case Type::broker_logger: {
      TRY(const auto metadata, session.cluster().metadata({}));
      for (const auto& broker : metadata.brokers) {
        names.insert(std::to_string(broker.node_id.value));
      }
      return names;
    }
    case Type::client_metrics:
      return configured(session, type);
    case Type::group: {
      TRY(names, configured(session, type));
      TRY(const auto groups, client::list_groups(session.cluster()));
      for (const auto& each : groups) names.insert(each.group_id);
      return names;
    }
    case Type::unknown:
      break;
  }
  return names;
}

void print(const client::DescribedConfig& config) {
  std::string synonyms;
  for (const auto& each : config.synonyms) {
    synonyms += (synonyms.empty() ? "" : ", ") + std::string(source_name(each.source)) + ":" +
                each.name + "=" + each.value.value_or("null");
  }
  fmt::print("  {}={} sensitive={} synonyms={{{}}}\n", config.name, config.value.value_or("null"),
             config.is_sensitive, synonyms);
}

Result<> describe_one(Session& session, const ConfigEntity& entity, Shown shown) {
  const ConfigResource resource{type_of(entity), *entity.name};
  if (entity.is_default()) {
    fmt::print("Default configs for {} in the cluster are:\n", entity.type);
  } else {
    fmt::print("{} configs for {} {} are:\n", shown == Shown::all ? "All" : "Dynamic",
               entity.singular(), *entity.name);
  }
  TRY(const auto configs, client::describe_configs(session.cluster(), resource));
  for (const auto& config : configs) {
    if (shown == Shown::all || is_own(resource, client::source_of(config))) print(config);
  }
  return {};
}

Result<> check_loggers(Session& session, const ConfigResource& resource, const ConfigEdits& edits) {
  TRY(const auto loggers, client::describe_configs(session.cluster(), resource));
  std::string unknown;
  const auto check = [&](const std::string& name) {
    const bool is_known = std::any_of(loggers.begin(), loggers.end(),
                                      [&](const auto& each) { return each.name == name; });
    if (!is_known) unknown += (unknown.empty() ? "" : ",") + name;
  };
  for (const std::string& name : edits.deleted) check(name);
  for (const Property& each : edits.added) check(each.name);
  if (unknown.empty()) return {};
  return Error{Fault::invalid, "Invalid broker logger(s): " + unknown};
}

}  // namespace

Result<> describe_resource_configs(Session& session, const ConfigEntity& entity, Shown shown) {
  const Type type = type_of(entity);
  TRY(const auto names, all_names(session, type));
  if (!entity.name) {
    for (const std::string& name : names) {
      TRY(describe_one(session, {entity.type, name}, shown));
    }
    return type == Type::broker ? describe_one(session, {entity.type, ""}, shown) : Result<>();
  }
  if (shown == Shown::own && !entity.is_default() && !names.contains(*entity.name)) {
    fmt::print("The {} '{}' doesn't exist and doesn't have dynamic config.\n", entity.singular(),
               *entity.name);
    return {};
  }
  return describe_one(session, entity, shown);
}

Result<> alter_resource_configs(Session& session, const ConfigEntity& entity,
                                const ConfigEdits& edits) {
  const ConfigResource resource{type_of(entity), *entity.name};
  if (resource.type == Type::broker_logger) {
    TRY(check_loggers(session, resource, edits));
  }
  return client::alter_configs(session.cluster(), resource, {edits.added, edits.deleted});
}

}  // namespace odradek::command::kafka_tools
