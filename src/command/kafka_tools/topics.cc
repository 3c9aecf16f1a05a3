// SPDX-License-Identifier: Apache-2.0
#include "client/consumer.h"
#include "command/kafka_tools/kafka_tools.h"
#include "wire/19_create_topics.h"
#include "wire/20_delete_topics.h"
#include "wire/32_describe_configs.h"
#include "wire/37_create_partitions.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <memory>

// kafka-topics. Kafka: TopicCommand.
namespace odradek::command::kafka_tools {

using client::outcome;
using Topic = client::Cluster::Topic;

namespace {

struct Arguments {
  bool lists = false;
  bool creates = false;
  bool describes = false;
  bool alters = false;
  bool deletes = false;
  std::vector<std::string> topics;
  std::vector<std::string> configs;
  int partitions = -1;
  int replicas = -1;
  bool if_not_exists = false;
  bool if_exists = false;
  bool excludes_internal = false;
  bool only_with_overrides = false;
};

constexpr std::int8_t topic_resource = 2;

std::string joined(const std::vector<NodeId>& nodes) {
  std::string text;
  for (const NodeId node : nodes) text += (text.empty() ? "" : ",") + std::to_string(node.value);
  return text;
}

Result<std::vector<Topic>> chosen_topics(Session& session, const Arguments& arguments) {
  const auto names = split_list(arguments.topics);
  if (names.empty() && !arguments.topics.empty()) {
    return Error{Fault::invalid, "--topic names no topic"};  // which would stand for all of them
  }
  TRY(auto metadata, session.cluster().metadata_of_all());
  std::erase_if(metadata.topics, [&](const Topic& topic) {
    const bool is_named =
        names.empty() || std::count(names.begin(), names.end(), topic.name.value_or("")) > 0;
    return !is_named || (arguments.excludes_internal && topic.is_internal);
  });
  std::sort(metadata.topics.begin(), metadata.topics.end(),
            [](const Topic& one, const Topic& other) { return one.name < other.name; });
  const bool is_missing = metadata.topics.empty() && !names.empty() && !arguments.if_exists;
  if (is_missing) {
    return Error{Fault::not_found, "Topic '" + names.front() + "' does not exist as expected"};
  }
  return std::move(metadata.topics);
}

Result<> list(Session& session, const Arguments& arguments) {
  TRY(const auto topics, chosen_topics(session, arguments));
  for (const Topic& topic : topics) fmt::print("{}\n", topic.name.value_or(""));
  return {};
}

Result<> create(Session& session, const Arguments& arguments) {
  for (const std::string& name : split_list(arguments.topics)) {
    wire::CreateTopicsRequest request;
    auto& topic = request.topics.emplace_back();
    topic.name = name;
    topic.num_partitions = arguments.partitions;
    topic.replication_factor = static_cast<std::int16_t>(arguments.replicas);
    for (const std::string& text : arguments.configs) {
      TRY(auto config, parse_assignment(text));
      topic.configs.push_back({config.name, config.value});
    }
    if (name.find_first_of("._") != std::string::npos) {
      fmt::print(
          "WARNING: Due to limitations in metric names, topics with a period ('.') or underscore "
          "('_') could collide. To avoid issues it is best to use either, but not both.\n");
    }
    TRY(const auto answer, session.cluster().ask(request));
    const auto& told = answer->topics.at(0);
    const bool exists = told.error_code == wire::ErrorCode::topic_already_exists;
    if (exists && arguments.if_not_exists) continue;
    TRY(outcome(told.error_code, told.error_message, "topic " + name));
    fmt::print("Created topic {}.\n", name);
  }
  return {};
}

// "name=value,..." of what was set for the topic.
Result<std::string> configs_of(Session& session, const std::string& name) {
  wire::DescribeConfigsRequest request;
  request.resources.push_back({topic_resource, name, {}});
  TRY(const auto answer, session.cluster().ask(request));
  constexpr std::int8_t default_source = 5;
  std::string text;
  for (const auto& result : answer->results) {
    TRY(outcome(result.error_code, result.error_message, "topic " + name));
    for (const auto& config : result.configs) {
      if (config.config_source == default_source || config.config_source == 4) continue;
      text += (text.empty() ? "" : ",") + config.name + "=" + config.value.value_or("");
    }
  }
  return text;
}

Result<> describe(Session& session, const Arguments& arguments) {
  TRY(const auto topics, chosen_topics(session, arguments));
  for (const Topic& topic : topics) {
    const std::string name = topic.name.value_or("");
    TRY(const std::string configs, configs_of(session, name));
    if (arguments.only_with_overrides && configs.empty()) continue;
    const std::size_t replicas =
        topic.partitions.empty() ? 0 : topic.partitions.front().replica_nodes.size();
    fmt::print("Topic: {}\tTopicId: {}\tPartitionCount: {}\tReplicationFactor: {}\tConfigs: {}\n",
               name, topic.topic_id.to_string(), topic.partitions.size(), replicas, configs);
    if (arguments.only_with_overrides) continue;
    for (const auto& partition : topic.partitions) {
      fmt::print(
          "\tTopic: {}\tPartition: {}\tLeader: {}\tReplicas: {}\tIsr: {}\tElr: \tLastKnownElr: "
          "\n",
          name, partition.partition_index.value,
          partition.leader_id.value < 0 ? "none" : std::to_string(partition.leader_id.value),
          joined(partition.replica_nodes), joined(partition.isr_nodes));
    }
  }
  return {};
}

Result<> alter(Session& session, const Arguments& arguments) {
  TRY(const auto topics, chosen_topics(session, arguments));
  wire::CreatePartitionsRequest request;
  for (const Topic& topic : topics) {
    auto& wish = request.topics.emplace_back();
    wish.name = topic.name.value_or("");
    wish.count = arguments.partitions;
  }
  TRY(const auto answer, session.cluster().ask(request));
  for (const auto& each : answer->results) {
    TRY(outcome(each.error_code, each.error_message, "topic " + each.name));
  }
  return {};
}

Result<> remove(Session& session, const Arguments& arguments) {
  TRY(const auto topics, chosen_topics(session, arguments));
  wire::DeleteTopicsRequest request;
  for (const Topic& topic : topics) {
    request.topic_names.push_back(topic.name.value_or(""));
    request.topics.push_back({.name = topic.name});
  }
  TRY(const auto answer, session.cluster().ask(request));
  for (const auto& each : answer->responses) {
    TRY(outcome(each.error_code, each.error_message, "topic " + each.name.value_or("")));
  }
  return {};
}

}  // namespace

Action topics(CLI::App& app) {
  const auto arguments = std::make_shared<Arguments>();
  CLI::Option_group* const verb = app.add_option_group("verb");
  verb->require_option(1);
  verb->add_flag("--list", arguments->lists);
  verb->add_flag("--create", arguments->creates);
  verb->add_flag("--describe", arguments->describes);
  verb->add_flag("--alter", arguments->alters);
  verb->add_flag("--delete", arguments->deletes);
  app.add_option("--topic", arguments->topics);
  app.add_option("--config", arguments->configs);
  app.add_option("--partitions", arguments->partitions);
  app.add_option("--replication-factor", arguments->replicas);
  app.add_flag("--if-not-exists", arguments->if_not_exists);
  app.add_flag("--if-exists", arguments->if_exists);
  app.add_flag("--exclude-internal", arguments->excludes_internal);
  app.add_flag("--topics-with-overrides", arguments->only_with_overrides);
  return [arguments](Session& session) -> Result<> {
    if (arguments->lists) return list(session, *arguments);
    if (arguments->describes) return describe(session, *arguments);
    if (arguments->topics.empty())
      return Error{Fault::invalid, "Missing required argument \"[topic]\""};
    if (arguments->creates) return create(session, *arguments);
    return arguments->alters ? alter(session, *arguments) : remove(session, *arguments);
  };
}

}  // namespace odradek::command::kafka_tools
