// SPDX-License-Identifier: Apache-2.0
#include "base/parse_number.h"
#include "base/text.h"
#include "command/kafka_tools/kafka_tools.h"
#include "command/kafka_tools/tool_options.h"
#include "command/kafka_tools/topic_description.h"
#include "wire/19_create_topics.h"
#include "wire/20_delete_topics.h"
#include "wire/37_create_partitions.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>
#include <memory>
#include <set>

// kafka-topics. Kafka: TopicCommand.
namespace odradek::command::kafka_tools {

using client::outcome;
using MetadataTopic = client::Cluster::Topic;
using Replicas = std::vector<NodeId>;

namespace {

struct TopicsArguments {
  const CLI::Option* lists = nullptr;
  const CLI::Option* creates = nullptr;
  const CLI::Option* describes = nullptr;
  const CLI::Option* alters = nullptr;
  std::optional<std::string> topic;
  std::string topic_id;
  std::vector<std::string> configs;
  std::vector<std::string> deleted_configs;
  std::optional<int> partitions;
  std::optional<int> replicas;
  std::string replica_assignment;
  bool if_not_exists = false;
  bool if_exists = false;
  bool excludes_internal = false;
  TopicReport report;
};

// "1:2,2:3": the replicas of each partition.
Result<std::vector<Replicas>> parse_assignment_of_replicas(std::string_view text) {
  std::vector<Replicas> partitions;
  while (!text.empty()) {
    std::string_view part = take_part(text, ',');
    Replicas& replicas = partitions.emplace_back();
    std::set<NodeId> seen;
    while (!part.empty()) {
      const std::string_view word = trim(take_part(part, ':'));
      const auto id = parse_number<std::int32_t>(word);
      if (!id) return Error{Fault::invalid, "For input string: \"" + std::string(word) + "\""};
      if (!seen.insert({*id}).second) {
        return Error{Fault::invalid, "Partition replica lists may not contain duplicate entries: " +
                                         std::string(word)};
      }
      replicas.push_back({*id});
    }
    if (replicas.size() == partitions.front().size()) continue;
    return Error{Fault::invalid, fmt::format("Partition {} has different replication factor: [{}]",
                                             partitions.size() - 1, joined(replicas))};
  }
  return partitions;
}

Result<std::vector<MetadataTopic>> chosen_topics(Session& session,
                                                 const TopicsArguments& arguments) {
  TRY(const auto filter, TopicFilter::parse(arguments.topic.value_or(".*")));
  TRY(auto metadata, session.cluster().metadata_of_all());
  std::erase_if(metadata.topics, [&](const MetadataTopic& topic) {
    const bool is_hidden = arguments.excludes_internal && topic.is_internal;
    return is_hidden || !filter.matches(topic.name.value_or(""));
  });
  std::sort(
      metadata.topics.begin(), metadata.topics.end(),
      [](const MetadataTopic& one, const MetadataTopic& other) { return one.name < other.name; });
  return std::move(metadata.topics);
}

// The same where it is an error that there is none.
Result<std::vector<MetadataTopic>> existing_topics(Session& session,
                                                   const TopicsArguments& arguments) {
  TRY(auto topics, chosen_topics(session, arguments));
  if (!topics.empty() || !arguments.topic || arguments.if_exists) return topics;
  return Error{Fault::not_found, "Topic '" + *arguments.topic + "' does not exist as expected"};
}

Result<> list(Session& session, const TopicsArguments& arguments) {
  TRY(const auto topics, chosen_topics(session, arguments));
  std::string names;
  for (const MetadataTopic& topic : topics) {
    names += (names.empty() ? "" : "\n") + topic.name.value_or("");
  }
  fmt::print("{}\n", names);
  return {};
}

Result<wire::CreateTopicsRequest> creation(const TopicsArguments& arguments) {
  wire::CreateTopicsRequest request;
  auto& topic = request.topics.emplace_back();
  topic.name = *arguments.topic;
  if (arguments.replicas) {
    const bool is_one =
        *arguments.replicas >= 1 && *arguments.replicas <= std::numeric_limits<std::int16_t>::max();
    if (!is_one) {
      return Error{Fault::invalid, "The replication factor must be between 1 and 32767 inclusive"};
    }
  }
  if (arguments.partitions.value_or(1) < 1) {
    return Error{Fault::invalid, "The partitions must be greater than 0"};
  }
  TRY(const auto assignments, parse_assignment_of_replicas(arguments.replica_assignment));
  topic.num_partitions = arguments.partitions.value_or(-1);
  topic.replication_factor = static_cast<std::int16_t>(arguments.replicas.value_or(-1));
  for (std::size_t i = 0; i < assignments.size(); ++i) {
    topic.assignments.push_back({PartitionId{static_cast<std::int32_t>(i)}, assignments[i]});
  }
  std::map<std::string, std::string> configs;  // of one that is said twice the last counts
  for (const std::string& text : arguments.configs) {
    const auto config = parse_assignment(text);
    if (!config) {
      return Error{Fault::invalid,
                   "requirement failed: Invalid topic config: all configs to be added must be in "
                   "the format \"key=val\"."};
    }
    configs[std::string(trim(config->name))] = trim(config->value);
  }
  for (const auto& [name, value] : configs) topic.configs.push_back({name, value});
  return request;
}

Result<> create(Session& session, const TopicsArguments& arguments) {
  TRY(const auto request, creation(arguments));
  const std::string& name = request.topics.front().name;
  if (name.find_first_of("._") != std::string::npos) {
    fmt::print(
        "WARNING: Due to limitations in metric names, topics with a period ('.') or underscore "
        "('_') could collide. To avoid issues it is best to use either, but not both.\n");
  }
  TRY(const auto answer, session.cluster().ask(request));
  const auto& told = answer->topics.at(0);
  const bool exists = told.error_code == wire::ErrorCode::topic_already_exists;
  if (exists && arguments.if_not_exists) return {};
  TRY(outcome(told.error_code, told.error_message, "topic " + name));
  fmt::print("Created topic {}.\n", name);
  return {};
}

Result<> describe(Session& session, const TopicsArguments& arguments) {
  std::vector<std::string> names;
  if (arguments.topic_id.empty()) {
    TRY(const auto topics, existing_topics(session, arguments));
    for (const MetadataTopic& topic : topics) names.push_back(topic.name.value_or(""));
  } else {
    const auto id = Uuid::parse(arguments.topic_id);
    if (!id) return Error{Fault::invalid, "\"" + arguments.topic_id + "\" is not a topic id"};
    TRY(const auto metadata, session.cluster().metadata_of_all());
    for (const MetadataTopic& topic : metadata.topics) {
      if (topic.topic_id == *id) names.push_back(topic.name.value_or(""));
    }
    if (names.empty() && !arguments.if_exists) {
      return Error{Fault::not_found,
                   "TopicId '" + arguments.topic_id + "' does not exist as expected"};
    }
  }
  return print_topics(session, names, arguments.report);
}

Result<> alter(Session& session, const TopicsArguments& arguments) {
  TRY(const auto topics, existing_topics(session, arguments));
  TRY(const auto assignments, parse_assignment_of_replicas(arguments.replica_assignment));
  wire::CreatePartitionsRequest request;
  for (const MetadataTopic& topic : topics) {
    auto& wish = request.topics.emplace_back();
    wish.name = topic.name.value_or("");
    wish.count = *arguments.partitions;
    if (assignments.empty()) continue;
    wish.assignments.emplace();
    for (std::size_t i = topic.partitions.size(); i < assignments.size(); ++i) {
      wish.assignments->push_back({assignments[i]});
    }
  }
  if (request.topics.empty()) return {};
  TRY(const auto answer, session.cluster().ask(request));
  for (const auto& each : answer->results) {
    TRY(outcome(each.error_code, each.error_message, "topic " + each.name));
  }
  return {};
}

Result<> remove(Session& session, const TopicsArguments& arguments) {
  TRY(const auto topics, existing_topics(session, arguments));
  wire::DeleteTopicsRequest request;
  for (const MetadataTopic& topic : topics) {
    request.topic_names.push_back(topic.name.value_or(""));
    request.topics.push_back({.name = topic.name});
  }
  if (request.topics.empty()) return {};
  TRY(const auto answer, session.cluster().ask(request));
  for (const auto& each : answer->responses) {
    TRY(outcome(each.error_code, each.error_message, "topic " + each.name.value_or("")));
  }
  return {};
}

Result<> act(Session& session, const TopicsArguments& arguments) {
  if (arguments.lists->count() > 0) return list(session, arguments);
  if (arguments.describes->count() > 0) return describe(session, arguments);
  if (trim(*arguments.topic).find_first_not_of(", \"'") == std::string_view::npos) {
    return Error{Fault::invalid, "--topic names no topic"};  // which would stand for all of them
  }
  if (arguments.creates->count() > 0) return create(session, arguments);
  return arguments.alters->count() > 0 ? alter(session, arguments) : remove(session, arguments);
}

void add_reports(CLI::App& app, OptionRules& rules, TopicReport& report,
                 const CLI::Option* describes) {
  const auto add = [&](const char* name, TopicReport::Kind kind) {
    const CLI::Option* const option =
        app.add_flag_function(name, [&report, kind](std::int64_t) { report.kind = kind; });
    rules.only_with(option, {describes});
    return option;
  };
  const auto* const overrides = add("--topics-with-overrides", TopicReport::Kind::overrides);
  for (const auto* const of_partitions :
       {add("--under-replicated-partitions", TopicReport::Kind::under_replicated),
        add("--under-min-isr-partitions", TopicReport::Kind::under_min_isr),
        add("--at-min-isr-partitions", TopicReport::Kind::at_min_isr),
        add("--unavailable-partitions", TopicReport::Kind::unavailable)}) {
    rules.exclude(of_partitions, {overrides});
  }
}

}  // namespace

Action topics(CLI::App& app, ToolSettings& settings) {
  const auto arguments = std::make_shared<TopicsArguments>();
  OptionRules& rules = settings.rules;
  const auto* const lists = arguments->lists = rules.action(app.add_flag("--list"));
  const auto* const creates = arguments->creates = rules.action(app.add_flag("--create"));
  const auto* const describes = arguments->describes = rules.action(app.add_flag("--describe"));
  const auto* const alters = arguments->alters = rules.action(app.add_flag("--alter"));
  const auto* const deletes = rules.action(app.add_flag("--delete"));
  rules.require_one_action("--list, --describe, --create, --alter or --delete");
  rules.require(settings.bootstrap);
  const auto* const topic =
      app.add_option("--topic", arguments->topic,
                     "A name for --create, else a regular expression; a comma separates several");
  const auto* const topic_id = app.add_option("--topic-id", arguments->topic_id);
  const auto* const if_exists = app.add_flag("--if-exists", arguments->if_exists);
  rules.add([=]() -> Result<> {
    const bool is_about_one = topic->count() + topic_id->count() > 0;
    if (describes->count() == 0 || if_exists->count() == 0 || is_about_one) return {};
    return Error{Fault::invalid, "--topic or --topic-id is required to describe a topic"};
  });
  for (const auto* const action : {creates, alters, deletes}) rules.require_with(topic, action);
  const auto* const partitions = app.add_option("--partitions", arguments->partitions);
  rules.require_with(partitions, alters);
  const auto* const config = app.add_option("--config", arguments->configs);
  rules.add([=]() -> Result<> {
    if (alters->count() == 0 || config->count() == 0) return {};
    return Error{
        Fault::invalid,
        "Option combination \"[[bootstrap-server], [config]]\" can't be used with option "
        "\"[alter]\" (To alter topic configurations, the kafka-configs tool can be used.)"};
  });
  rules.only_with(config, {creates, alters});
  app.add_option("--delete-config", arguments->deleted_configs, "Taken, and without effect");
  rules.only_with(partitions, {creates, alters});
  const auto* const replicas = app.add_option("--replication-factor", arguments->replicas);
  rules.only_with(replicas, {creates});
  const auto* const assignment =
      app.add_option("--replica-assignment", arguments->replica_assignment, "1:2,2:3,3:1");
  rules.only_with(assignment, {creates, alters});
  rules.exclude(assignment, {replicas});
  rules.add([=]() -> Result<> {
    const bool is_wrong =
        creates->count() > 0 && assignment->count() > 0 && partitions->count() > 0;
    if (!is_wrong) return {};
    return Error{Fault::invalid, "Option \"" + told(assignment) +
                                     "\" can't be used with option \"" + told(partitions) + "\""};
  });
  add_reports(app, rules, arguments->report, describes);
  rules.only_with(if_exists, {alters, deletes, describes});
  rules.only_with(app.add_flag("--if-not-exists", arguments->if_not_exists), {creates});
  rules.only_with(app.add_flag("--exclude-internal", arguments->excludes_internal),
                  {lists, describes});
  app.add_option("--partition-size-limit-per-response", arguments->report.most_partitions)
      ->check(CLI::PositiveNumber);
  return [arguments](Session& session) { return act(session, *arguments); };
}

}  // namespace odradek::command::kafka_tools
