// SPDX-License-Identifier: Apache-2.0
#include "broker/config_description.h"
#include "broker/handlers/handlers.h"
#include "broker/node.h"
#include "meta/topic_name.h"

#include <algorithm>
#include <set>
#include <string_view>

// DescribeConfigs: every configuration of a topic or of the broker, with where its value comes
// from. Kafka: ConfigHelper.describeConfigs.
namespace odradek::broker {

using wire::ConfigResourceType;
using wire::DescribeConfigsRequest;
using wire::DescribeConfigsResponse;
using wire::ErrorCode;

namespace {

using DescribeConfigsResource = DescribeConfigsRequest::DescribeConfigsResource;
using DescribeConfigsResult = DescribeConfigsResponse::DescribeConfigsResult;
using DescribeConfigsResourceResult = DescribeConfigsResult::DescribeConfigsResourceResult;

bool is_asked_for(const DescribeConfigsResource& resource, const std::string& name) {
  const auto& keys = resource.configuration_keys;
  // No keys at all, or an empty list of them, asks for everything.
  return !keys || keys->empty() || std::count(keys->begin(), keys->end(), name) > 0;
}

DescribeConfigsResourceResult describe(const DescribedConfig& config,
                                       const DescribeConfigsRequest& request) {
  DescribeConfigsResourceResult described;
  described.name = config.name;
  if (!config.is_secret()) described.value = config.value;
  described.is_sensitive = config.is_secret();
  described.read_only = config.is_read_only;
  described.is_default = config.source == wire::ConfigSource::default_config;
  described.config_source = static_cast<std::int8_t>(config.source);
  if (!config.option) return described;
  described.config_type = static_cast<std::int8_t>(config.option->type());
  if (request.include_synonyms) {
    for (const ConfigSynonym& synonym : config.synonyms) {
      auto& told = described.synonyms.emplace_back();
      told.name = synonym.name;
      if (!config.is_secret()) told.value = synonym.value;
      told.source = static_cast<std::int8_t>(synonym.source);
    }
  }
  if (request.include_documentation) {
    described.documentation = std::string(config.option->about().doc);
  }
  return described;
}

void refuse(DescribeConfigsResult& answer, ErrorCode error, std::string message) {
  answer.error_code = error;
  answer.error_message = std::move(message);
}

// What is wrong with the name of a resource; empty where nothing is.
std::string name_fault(ConfigResourceType type, const std::string& name, const std::string& me) {
  switch (type) {
    case ConfigResourceType::broker:
      if (name.empty() || name == me) return {};
      return "Unexpected broker id, expected " + me + " or empty string, but received " + name;
    case ConfigResourceType::broker_logger:
      if (name.empty()) return "Broker id must not be empty";
      return name == me ? "" : "Unexpected broker id, expected " + me + " but received " + name;
    case ConfigResourceType::client_metrics:
      return name.empty() ? "Client metrics subscription name must not be empty" : "";
    case ConfigResourceType::group:
      return name.empty() ? "Group name must not be empty" : "";
    case ConfigResourceType::topic:
      return {};
    case ConfigResourceType::unknown:
      break;
  }
  return {};
}

// One such resource spoils the request. Kafka: ConfigHelper.handleDescribeConfigsRequest.
bool asks_for_unknown_type(const DescribeConfigsRequest& request) {
  return std::any_of(request.resources.begin(), request.resources.end(), [](const auto& resource) {
    return wire::config_resource_type(resource.resource_type) == ConfigResourceType::unknown;
  });
}

std::vector<DescribedConfig> configs_of(const DescribeConfigsResource& resource, Node& node,
                                        DescribeConfigsResult& answer) {
  const auto type = static_cast<ConfigResourceType>(resource.resource_type);
  const std::string& name = resource.resource_name;
  if (auto fault = name_fault(type, name, node.config().node_name()); !fault.empty()) {
    refuse(answer, ErrorCode::invalid_request, std::move(fault));
    return {};
  }
  switch (type) {
    case ConfigResourceType::topic:
      if (const auto topic = node.view().find(name)) {
        return describe_topic(topic->configs, node.config(), node.view());
      }
      if (auto fault = meta::topic_name_fault(name)) {
        refuse(answer, ErrorCode::invalid_topic_exception, std::move(*fault));
        return {};
      }
      refuse(answer, ErrorCode::unknown_topic_or_partition,
             "This server does not host this topic-partition.");
      return {};
    case ConfigResourceType::broker:
      return name.empty() ? describe_all_brokers(node.config(), node.view())
                          : describe_broker(node.config(), node.view());
    case ConfigResourceType::broker_logger:
      return describe_loggers();
    case ConfigResourceType::client_metrics:
      return describe_client_metrics(node.view().configs(type, name));
    case ConfigResourceType::group:
      return describe_group(node.view().configs(type, name), node.config(), node.view());
    case ConfigResourceType::unknown:
      break;
  }
  return {};
}

}  // namespace

void handle(const DescribeConfigsRequest& request, const ExchangePtr& exchange) {
  DescribeConfigsResponse response;
  const bool is_refused = asks_for_unknown_type(request);
  std::set<std::pair<std::int8_t, std::string_view>> answered;
  for (const DescribeConfigsResource& resource : request.resources) {
    if (!answered.emplace(resource.resource_type, resource.resource_name).second) continue;
    DescribeConfigsResult& answer = response.results.emplace_back();
    answer.resource_type = resource.resource_type;
    answer.resource_name = resource.resource_name;
    if (is_refused) {
      refuse(answer, ErrorCode::invalid_request, "Unsupported resource type");
      continue;
    }
    for (const DescribedConfig& config : configs_of(resource, exchange->node(), answer)) {
      if (is_asked_for(resource, config.name)) {
        answer.configs.push_back(describe(config, request));
      }
    }
  }
  answer<DescribeConfigsRequest>(*exchange, response);
}

}  // namespace odradek::broker
