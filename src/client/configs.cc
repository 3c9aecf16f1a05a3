// SPDX-License-Identifier: Apache-2.0
#include "client/configs.h"

#include "base/parse_number.h"
#include "wire/44_incremental_alter_configs.h"

#include <algorithm>
#include <utility>

namespace odradek::client {
namespace {

using Type = wire::ConfigResourceType;

Result<BrokerConnection*> broker_for(Cluster& cluster, const ConfigResource& resource) {
  const bool is_one_brokers =
      (resource.type == Type::broker || resource.type == Type::broker_logger) &&
      !resource.name.empty();
  if (!is_one_brokers) return cluster.any();
  const auto id = parse_number<std::int32_t>(resource.name);
  if (!id) return Error{Fault::invalid, "a broker has a number for a name"};
  return cluster.node({*id});
}

const char* type_name(Type type) {
  switch (type) {
    case Type::topic:
      return "topic";
    case Type::broker:
      return "broker";
    case Type::broker_logger:
      return "logger";
    case Type::client_metrics:
      return "client-metrics";
    case Type::group:
      return "group";
    case Type::unknown:
      break;
  }
  return "resource";
}

}  // namespace

std::string ConfigResource::text() const { return type_name(type) + (" " + name); }

Result<std::vector<DescribedConfig>> describe_configs(Cluster& cluster,
                                                      const ConfigResource& resource,
                                                      const std::vector<std::string>& keys) {
  wire::DescribeConfigsRequest request;
  request.include_synonyms = true;
  auto& asked = request.resources.emplace_back();
  asked.resource_type = static_cast<std::int8_t>(resource.type);
  asked.resource_name = resource.name;
  if (!keys.empty()) asked.configuration_keys = keys;
  TRY(BrokerConnection* const broker, broker_for(cluster, resource));
  TRY(auto answer, broker->ask(request));
  auto& result = answer.response.results.at(0);
  TRY(outcome(result.error_code, result.error_message, resource.text()));
  std::sort(result.configs.begin(), result.configs.end(),
            [](const auto& one, const auto& other) { return one.name < other.name; });
  return std::move(result.configs);
}

Result<> alter_configs(Cluster& cluster, const ConfigResource& resource,
                       const ConfigChanges& changes, Validate validate) {
  constexpr auto set = static_cast<std::int8_t>(wire::ConfigOperation::set);
  constexpr auto remove = static_cast<std::int8_t>(wire::ConfigOperation::remove);
  wire::IncrementalAlterConfigsRequest request;
  request.validate_only = validate == Validate::only;
  auto& altered = request.resources.emplace_back();
  altered.resource_type = static_cast<std::int8_t>(resource.type);
  altered.resource_name = resource.name;
  for (const auto& each : changes.set) altered.configs.push_back({each.name, set, each.value});
  for (const auto& name : changes.removed) altered.configs.push_back({name, remove, {}});
  TRY(BrokerConnection* const broker, broker_for(cluster, resource));
  TRY(const auto answer, broker->ask(request));
  const auto& result = answer->responses.at(0);
  return outcome(result.error_code, result.error_message, resource.text());
}

}  // namespace odradek::client
