// SPDX-License-Identifier: Apache-2.0
#include "command/kafka_tools/topic_description.h"

#include "base/parse_number.h"
#include "client/configs.h"
#include "wire/46_list_partition_reassignments.h"
#include "wire/75_describe_topic_partitions.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

namespace odradek::command::kafka_tools {

using Topic = wire::DescribeTopicPartitionsResponse::DescribeTopicPartitionsResponseTopic;
using Partition = Topic::DescribeTopicPartitionsResponsePartition;
using Reassignments = wire::ListPartitionReassignmentsResponse;
using Reassignment = Reassignments::OngoingTopicReassignment::OngoingPartitionReassignment;
using Kind = TopicReport::Kind;

namespace {

// Of brokers that do not know the newer question, without eligible leaders (KIP-966).
Result<std::vector<Topic>> ask_metadata(Session& session, const std::vector<std::string>& names) {
  TRY(const auto metadata, session.cluster().metadata(names));
  std::vector<Topic> topics;
  for (const auto& told : metadata.topics) {
    Topic& topic = topics.emplace_back();
    topic.error_code = told.error_code;
    topic.name = told.name;
    topic.topic_id = told.topic_id;
    for (const auto& each : told.partitions) {
      Partition& partition = topic.partitions.emplace_back();
      partition.partition_index = each.partition_index;
      partition.leader_id = each.leader_id;
      partition.replica_nodes = each.replica_nodes;
      partition.isr_nodes = each.isr_nodes;
    }
  }
  return topics;
}

Result<std::vector<Topic>> ask_partitions(Session& session, const std::vector<std::string>& names,
                                          std::int32_t most) {
  TRY(client::BrokerConnection* const broker, session.cluster().any());
  using Request = wire::DescribeTopicPartitionsRequest;
  if (!broker->version_of(Request::api, client::BrokerConnection::any_version)) {
    return ask_metadata(session, names);
  }
  Request request;
  request.response_partition_limit = most;
  for (const std::string& name : names) request.topics.push_back({name});
  std::vector<Topic> topics;
  do {
    TRY(auto answer, broker->ask(request));
    for (Topic& told : answer.response.topics) {
      const bool goes_on = !topics.empty() && topics.back().name == told.name;
      if (!goes_on) {
        topics.push_back(std::move(told));
        continue;
      }
      auto& partitions = topics.back().partitions;
      partitions.insert(partitions.end(), told.partitions.begin(), told.partitions.end());
    }
    request.cursor.reset();
    if (const auto& next = answer.response.next_cursor) {
      request.cursor = Request::Cursor{next->topic_name, next->partition_index};
      std::erase_if(request.topics, [&](const auto& each) { return each.name < next->topic_name; });
    }
  } while (request.cursor);
  return topics;
}

class Description {
 public:
  Description(Topic topic, std::vector<client::DescribedConfig> configs,
              const Reassignments& reassignments, const std::set<NodeId>& live, Kind kind)
      : topic_(std::move(topic)), configs_(std::move(configs)), live_(live), kind_(kind) {
    for (const auto& each : reassignments.topics) {
      if (each.name != topic_.name) continue;
      for (const Reassignment& moving : each.partitions) moving_[moving.partition_index] = moving;
    }
    std::sort(topic_.partitions.begin(), topic_.partitions.end(),
              [](const Partition& one, const Partition& other) {
                return one.partition_index < other.partition_index;
              });
  }

  void print() const {
    const std::string overrides = overridden();
    const bool is_shown = kind_ == Kind::all || (kind_ == Kind::overrides && !overrides.empty());
    if (is_shown && !topic_.partitions.empty()) {
      fmt::print("Topic: {}\tTopicId: {}\tPartitionCount: {}\tReplicationFactor: {}\tConfigs: {}\n",
                 topic_.name.value_or(""), topic_.topic_id.to_string(), topic_.partitions.size(),
                 replicas_of(topic_.partitions.front()), overrides);
    }
    if (kind_ == Kind::overrides) return;
    for (const Partition& partition : topic_.partitions) {
      if (is_in_report(partition)) print(partition);
    }
  }

 private:
  std::string overridden() const {
    std::string text;
    for (const auto& config : configs_) {
      if (client::source_of(config) == wire::ConfigSource::default_config) continue;
      text += (text.empty() ? "" : ",") + config.name + "=" + config.value.value_or("null");
    }
    return text;
  }
  std::size_t min_isr() const {
    for (const auto& config : configs_) {
      if (config.name != "min.insync.replicas" || !config.value) continue;
      return parse_number<std::size_t>(*config.value).value_or(1);
    }
    return 1;
  }
  // Those that come in by a reassignment do not count yet.
  std::size_t replicas_of(const Partition& partition) const {
    const auto moving = moving_.find(partition.partition_index);
    const std::size_t adding = moving == moving_.end() ? 0 : moving->second.adding_replicas.size();
    return partition.replica_nodes.size() - std::min(adding, partition.replica_nodes.size());
  }
  bool is_in_report(const Partition& partition) const {
    const bool has_leader = partition.leader_id.value >= 0;
    const std::size_t in_sync = partition.isr_nodes.size();
    switch (kind_) {
      case Kind::all:
        return true;
      case Kind::overrides:
        return false;
      case Kind::under_replicated:
        return replicas_of(partition) > in_sync;
      case Kind::unavailable:
        return !has_leader || !live_.contains(partition.leader_id);
      case Kind::under_min_isr:
        return !has_leader || in_sync < min_isr();
      case Kind::at_min_isr:
        return in_sync == min_isr();
    }
    return false;
  }
  void print(const Partition& partition) const {
    const auto shown = [](const std::optional<std::vector<NodeId>>& nodes) {
      return nodes ? joined(*nodes) : std::string("N/A");
    };
    fmt::print("\tTopic: {}\tPartition: {}\tLeader: {}\tReplicas: {}\tIsr: {}",
               topic_.name.value_or(""), partition.partition_index.value,
               partition.leader_id.value < 0 ? "none" : std::to_string(partition.leader_id.value),
               joined(partition.replica_nodes), joined(partition.isr_nodes));
    if (const auto moving = moving_.find(partition.partition_index); moving != moving_.end()) {
      fmt::print("\tAdding Replicas: {}\tRemoving Replicas: {}",
                 joined(moving->second.adding_replicas), joined(moving->second.removing_replicas));
    }
    fmt::print("\tElr: {}\tLastKnownElr: {}\n", shown(partition.eligible_leader_replicas),
               shown(partition.last_known_elr));
  }

  Topic topic_;
  std::vector<client::DescribedConfig> configs_;
  std::map<PartitionId, Reassignment> moving_;
  const std::set<NodeId>& live_;
  Kind kind_;
};

}  // namespace

Result<> print_topics(Session& session, const std::vector<std::string>& names,
                      const TopicReport& report) {
  if (names.empty()) return {};
  auto& cluster = session.cluster();
  TRY(const auto topics, ask_partitions(session, names, report.most_partitions));
  TRY(const auto metadata, cluster.metadata_of_all());
  std::set<NodeId> live;
  for (const auto& broker : metadata.brokers) live.insert(broker.node_id);
  TRY(const auto moving, cluster.ask(wire::ListPartitionReassignmentsRequest{}));
  TRY(client::outcome(moving->error_code, moving->error_message, "reassignments"));
  for (const Topic& topic : topics) {
    const std::string name = topic.name.value_or("");
    TRY(client::outcome(topic.error_code, {}, "topic " + name));
    TRY(auto configs, client::describe_configs(cluster, {wire::ConfigResourceType::topic, name}));
    Description(topic, std::move(configs), *moving, live, report.kind).print();
  }
  return {};
}

}  // namespace odradek::command::kafka_tools
