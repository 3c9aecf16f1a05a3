// SPDX-License-Identifier: Apache-2.0
#include "client/configs.h"
#include "client/consumer.h"
#include "command/verbs.h"
#include "wire/19_create_topics.h"
#include "wire/20_delete_topics.h"
#include "wire/21_delete_records.h"
#include "wire/37_create_partitions.h"

#include <CLI/CLI.hpp>

#include <algorithm>

// odradek topic: ls, create, describe, alter, delete, trim.
namespace odradek::command {

using client::Cluster;
using client::outcome;

namespace {

struct TopicArguments {
  std::vector<std::string> names;
  int partitions = -1;
  int replicas = -1;
  std::vector<std::string> configs;
  std::vector<std::string> removed_configs;
  bool is_internal_shown = false;
  bool is_dry_run = false;
  bool may_exist = false;
  std::int64_t before = -1;
  std::vector<int> trimmed_partitions;
};

Result<> list(Session& session, const TopicArguments& arguments) {
  TRY(auto metadata, session.cluster().metadata_of_all());
  std::sort(metadata.topics.begin(), metadata.topics.end(),
            [](const auto& one, const auto& other) { return one.name < other.name; });
  Table table({"topic", "partitions", "replicas"});
  for (const auto& topic : metadata.topics) {
    if (topic.is_internal && !arguments.is_internal_shown) continue;
    const std::size_t replicas =
        topic.partitions.empty() ? 0 : topic.partitions.front().replica_nodes.size();
    table.add({{"topic", topic.name.value_or("")},
               {"partitions", topic.partitions.size()},
               {"replicas", replicas}});
  }
  session.print(table);
  return {};
}

Result<> create(Session& session, const TopicArguments& arguments) {
  wire::CreateTopicsRequest request;
  request.validate_only = arguments.is_dry_run;
  for (const std::string& name : arguments.names) {
    auto& topic = request.topics.emplace_back();
    topic.name = name;
    topic.num_partitions = arguments.partitions;
    topic.replication_factor = static_cast<std::int16_t>(arguments.replicas);
    for (const std::string& text : arguments.configs) {
      TRY(auto config, parse_assignment(text));
      topic.configs.push_back({config.name, config.value});
    }
  }
  TRY(const auto answer, session.cluster().ask(request));
  Table table({"topic", "partitions", "replicas"});
  for (const auto& each : answer->topics) {
    const bool exists = each.error_code == wire::ErrorCode::topic_already_exists;
    if (exists && arguments.may_exist) continue;
    TRY(outcome(each.error_code, each.error_message, "topic " + each.name));
    table.add({{"topic", each.name},
               {"partitions", each.num_partitions},
               {"replicas", each.replication_factor}});
    if (!arguments.is_dry_run) {
      TRY(session.cluster().topic(each.name));  // it can be used now
    }
  }
  session.say(arguments.is_dry_run ? "would be created:" : "created:");
  session.print(table);
  return {};
}

client::ConfigResource resource(const std::string& topic) {
  return {wire::ConfigResourceType::topic, topic};
}

Result<> print_configs(Session& session, const std::string& name) {
  TRY(const auto configs, client::describe_configs(session.cluster(), resource(name)));
  Table table({"config", "value"});
  for (const auto& config : configs) {
    if (client::source_of(config) != wire::ConfigSource::dynamic_topic) continue;
    table.add({{"config", config.name}, {"value", config.value.value_or("")}});
  }
  if (!table.empty()) session.print(table);
  return {};
}

Result<> describe(Session& session, const TopicArguments& arguments) {
  for (const std::string& name : arguments.names) {
    TRY(const auto topic, session.cluster().topic(name));
    TRY(const auto partitions, client::partitions_of(session.cluster(), name));
    TRY(const auto starts, offsets_at(session.cluster(), partitions, client::earliest));
    TRY(const auto ends, offsets_at(session.cluster(), partitions, client::latest));
    Table table({"topic", "partition", "leader", "epoch", "replicas", "isr", "start", "end"});
    for (const auto& each : topic.partitions) {
      const client::TopicPartition place{name, each.partition_index};
      table.add({{"topic", name},
                 {"partition", each.partition_index.value},
                 {"leader", each.leader_id.value},
                 {"epoch", each.leader_epoch.value},
                 {"replicas", joined(each.replica_nodes)},
                 {"isr", joined(each.isr_nodes)},
                 {"start", starts.at(place).value},
                 {"end", ends.at(place).value}});
    }
    session.print(table);
    TRY(print_configs(session, name));
  }
  return {};
}

Result<> add_partitions(Session& session, const TopicArguments& arguments) {
  wire::CreatePartitionsRequest request;
  request.validate_only = arguments.is_dry_run;
  for (const std::string& name : arguments.names) {
    auto& topic = request.topics.emplace_back();
    topic.name = name;
    topic.count = arguments.partitions;
  }
  TRY(const auto answer, session.cluster().ask(request));
  for (const auto& each : answer->results) {
    TRY(outcome(each.error_code, each.error_message, "topic " + each.name));
  }
  return {};
}

Result<> alter_configs(Session& session, const TopicArguments& arguments) {
  client::ConfigChanges changes{.set = {}, .removed = arguments.removed_configs};
  for (const std::string& text : arguments.configs) {
    TRY(changes.set.emplace_back(), parse_assignment(text));
  }
  const auto validate = arguments.is_dry_run ? client::Validate::only : client::Validate::and_do;
  for (const std::string& name : arguments.names) {
    TRY(client::alter_configs(session.cluster(), resource(name), changes, validate));
  }
  return {};
}

Result<> alter(Session& session, const TopicArguments& arguments) {
  if (arguments.partitions > 0) {
    TRY(add_partitions(session, arguments));
  }
  if (!arguments.configs.empty() || !arguments.removed_configs.empty()) {
    TRY(alter_configs(session, arguments));
  }
  session.say(arguments.is_dry_run ? "would be altered" : "altered");
  return {};
}

Result<> remove(Session& session, const TopicArguments& arguments) {
  if (arguments.is_dry_run) {
    for (const std::string& name : arguments.names) {
      TRY(session.cluster().topic(name));
      session.say("would be deleted: " + name);
    }
    return {};
  }
  wire::DeleteTopicsRequest request;
  request.topic_names = arguments.names;
  for (const std::string& name : arguments.names) request.topics.push_back({.name = name});
  TRY(const auto answer, session.cluster().ask(request));
  for (const auto& each : answer->responses) {
    TRY(outcome(each.error_code, each.error_message, "topic " + each.name.value_or("")));
    session.say("deleted: " + each.name.value_or(""));
  }
  return {};
}

Result<> trim_at(Session& session, NodeId leader,
                 const std::vector<client::TopicPartition>& partitions, const client::Offsets& to) {
  wire::DeleteRecordsRequest request;
  auto& topic = request.topics.emplace_back();
  topic.name = partitions.front().topic;
  for (const auto& each : partitions) topic.partitions.push_back({each.partition, to.at(each)});
  TRY(client::BrokerConnection* const broker, session.cluster().node(leader));
  TRY(const auto answer, broker->ask(request));
  for (const auto& told : answer->topics) {
    for (const auto& partition : told.partitions) {
      TRY(outcome(partition.error_code, {},
                  told.name + "-" + std::to_string(partition.partition_index.value)));
    }
  }
  return {};
}

Result<> trim(Session& session, const TopicArguments& arguments) {
  Table table({"topic", "partition", "start"});
  for (const std::string& name : arguments.names) {
    TRY(const auto topic, session.cluster().topic(name));
    TRY(auto partitions, client::partitions_of(session.cluster(), name));
    std::erase_if(partitions, [&](const client::TopicPartition& each) {
      const auto& wanted = arguments.trimmed_partitions;
      return !wanted.empty() && std::count(wanted.begin(), wanted.end(), each.partition.value) == 0;
    });
    TRY(auto to, offsets_at(session.cluster(), partitions, client::latest));
    std::map<NodeId, std::vector<client::TopicPartition>> by_leader;
    for (const auto& each : partitions) {
      if (arguments.before >= 0) to[each] = std::min(to[each], Offset{arguments.before});
      for (const auto& its : topic.partitions) {
        if (its.partition_index == each.partition) by_leader[its.leader_id].push_back(each);
      }
      table.add({{"topic", name}, {"partition", each.partition.value}, {"start", to[each].value}});
    }
    if (arguments.is_dry_run) continue;
    for (const auto& [leader, its] : by_leader) {
      TRY(trim_at(session, leader, its, to));
    }
  }
  session.say(arguments.is_dry_run ? "would begin at:" : "begins at:");
  session.print(table);
  return {};
}

}  // namespace

void add_topic(Verbs& verbs) {
  Noun<TopicArguments> topic(verbs, "topic", "Topics: list, make, look at, change, delete",
                             "topics");
  const auto takes_names = [&](CLI::App* verb) {
    verb->add_option("TOPIC", topic->names, "Names of topics")->required();
  };
  const auto takes_dry_run = [&](CLI::App* verb) {
    verb->add_flag("--dry-run", topic->is_dry_run, "Only say what would be done");
  };
  CLI::App* const ls = topic.add("ls", "All topics", &list);
  ls->alias("list");
  ls->add_flag("-i,--internal", topic->is_internal_shown, "Those of the broker's own as well");
  CLI::App* const creates = topic.add("create", "Make topics", &create);
  takes_names(creates);
  takes_dry_run(creates);
  creates->add_option("-p,--partitions", topic->partitions,
                      "Partitions of each; the broker's default");
  creates->add_option("-r,--replicas", topic->replicas, "Replicas of each partition");
  creates->add_option("-c,--config", topic->configs, "name=value");
  creates->add_flag("--if-not-exists", topic->may_exist, "It is no error that there is one");
  takes_names(topic.add("describe", "Partitions, leaders, offsets, configuration", &describe));
  CLI::App* const alters = topic.add("alter", "Add partitions, change the configuration", &alter);
  takes_names(alters);
  takes_dry_run(alters);
  alters->add_option("-p,--partitions", topic->partitions, "As many as there are to be");
  alters->add_option("-c,--config", topic->configs, "name=value");
  alters->add_option("-d,--delete-config", topic->removed_configs, "Name; the default counts then");
  CLI::App* const deletes = topic.add("delete", "Delete topics", &remove);
  takes_names(deletes);
  takes_dry_run(deletes);
  CLI::App* const trims = topic.add("trim", "Delete the oldest records", &trim);
  takes_names(trims);
  takes_dry_run(trims);
  trims->add_option("--before", topic->before, "Records before this offset; all where not given");
  trims->add_option("--partition", topic->trimmed_partitions, "Only of these partitions");
}

}  // namespace odradek::command
