// SPDX-License-Identifier: Apache-2.0
#include "broker/config_description.h"
#include "broker/handlers/handlers.h"
#include "broker/node.h"

#include <algorithm>
#include <set>
#include <string_view>

// DescribeConfigs: every configuration of a topic or of the broker, with where its value comes
// from. Kafka: ConfigHelper.describeConfigs.
namespace odradek::broker {

using meta::ResourceType;
using wire::DescribeConfigsRequest;
using wire::DescribeConfigsResponse;
using wire::ErrorCode;

namespace {

using Resource = DescribeConfigsRequest::DescribeConfigsResource;
using Answer = DescribeConfigsResponse::DescribeConfigsResult;
using Described = Answer::DescribeConfigsResourceResult;

bool is_asked_for(const Resource& resource, const std::string& name) {
  const auto& keys = resource.configuration_keys;
  // No keys at all, or an empty list of them, asks for everything.
  return !keys || keys->empty() || std::count(keys->begin(), keys->end(), name) > 0;
}

Described describe(const DescribedConfig& config, const DescribeConfigsRequest& request) {
  Described described;
  described.name = config.name;
  described.value = config.value();
  described.read_only = config.is_read_only;
  described.is_default = config.source() == DescribedSource::default_config;
  described.config_source = static_cast<std::int8_t>(config.source());
  described.config_type = static_cast<std::int8_t>(config.option->type());
  if (request.include_synonyms) {
    for (const ConfigSynonym& synonym : config.synonyms) {
      described.synonyms.push_back(
          {synonym.name, synonym.value, static_cast<std::int8_t>(synonym.source)});
    }
  }
  if (request.include_documentation) {
    described.documentation = std::string(config.option->about().doc);
  }
  return described;
}

void refuse(Answer& answer, ErrorCode error, std::string message) {
  answer.error_code = error;
  answer.error_message = std::move(message);
}

std::vector<DescribedConfig> configs_of(const Resource& resource, Node& node, Answer& answer) {
  const auto type = static_cast<ResourceType>(resource.resource_type);
  if (type == ResourceType::topic) {
    const auto topic = node.view().find(resource.resource_name);
    if (topic) return describe_topic(topic->configs, node.config(), node.view());
    refuse(answer, ErrorCode::unknown_topic_or_partition,
           "This server does not host this topic-partition.");
  } else if (type == ResourceType::broker) {
    const std::string me = node.config().node_name();
    if (resource.resource_name == me || resource.resource_name.empty()) {
      auto all = describe_broker(node.config(), node.view());
      // The default resource tells only what is set for all brokers.
      if (resource.resource_name.empty()) {
        std::erase_if(all, [](const DescribedConfig& each) {
          return each.source() != DescribedSource::dynamic_default_broker;
        });
      }
      return all;
    }
    refuse(answer, ErrorCode::invalid_request,
           "Unexpected broker id, expected " + me + " or empty string, but received " +
               resource.resource_name);
  } else {
    refuse(answer, ErrorCode::invalid_request,
           "Unsupported resource type: " + std::to_string(resource.resource_type));
  }
  return {};
}

}  // namespace

void handle(const DescribeConfigsRequest& request, const ExchangePtr& exchange) {
  DescribeConfigsResponse response;
  std::set<std::pair<std::int8_t, std::string_view>> answered;
  for (const Resource& resource : request.resources) {
    if (!answered.emplace(resource.resource_type, resource.resource_name).second) continue;
    Answer& answer = response.results.emplace_back();
    answer.resource_type = resource.resource_type;
    answer.resource_name = resource.resource_name;
    for (const DescribedConfig& config : configs_of(resource, exchange->node(), answer)) {
      if (is_asked_for(resource, config.name)) {
        answer.configs.push_back(describe(config, request));
      }
    }
  }
  answer<DescribeConfigsRequest>(*exchange, response);
}

}  // namespace odradek::broker
