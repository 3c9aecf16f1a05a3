// SPDX-License-Identifier: Apache-2.0
#include "broker/topic_creation.h"

#include "meta/replica_placement.h"
#include "meta/topic_name.h"
#include "meta/topic_options.h"

#include <algorithm>
#include <map>
#include <set>

namespace odradek::broker {

using wire::ErrorCode;

namespace {

using Wish = wire::CreateTopicsRequest::CreatableTopic;

constexpr std::int32_t by_default = -1;

TopicCreation refused_topic(ErrorCode error, std::string message) {
  return {.error = error, .message = std::move(message)};
}

std::optional<TopicCreation> check_name(const Wish& wish, const meta::CatalogueView& view) {
  if (const auto fault = meta::topic_name_fault(wish.name)) {
    return refused_topic(ErrorCode::invalid_topic_exception, *fault);
  }
  if (view.find(wish.name)) {
    return refused_topic(ErrorCode::topic_already_exists,
                         "Topic '" + wish.name + "' already exists.");
  }
  if (const auto other = view.find_collision(wish.name)) {
    return refused_topic(ErrorCode::invalid_topic_exception,
                         "Topic '" + wish.name + "' collides with existing topic: " + other->name);
  }
  return std::nullopt;
}

TopicCreation place_as_assigned(const Wish& wish, const Cluster& cluster,
                                const meta::CatalogueView& view) {
  if (wish.num_partitions != by_default || wish.replication_factor != by_default) {
    return refused_topic(ErrorCode::invalid_request,
                         "A manual partition assignment was specified, but numPartitions or "
                         "replicationFactor was not set to -1.");
  }
  TopicCreation placed;
  auto& partitions = placed.topic.emplace().partitions;
  std::map<PartitionId, const std::vector<NodeId>*> by_id;
  for (const auto& assignment : wish.assignments) {
    if (!by_id.emplace(assignment.partition_index, &assignment.broker_ids).second) {
      return refused_topic(ErrorCode::invalid_replica_assignment,
                           "Found multiple manual partition assignments for partition " +
                               std::to_string(assignment.partition_index.value));
    }
  }
  if (by_id.begin()->first.value != 0 ||
      by_id.rbegin()->first.value != static_cast<std::int32_t>(by_id.size()) - 1) {
    return refused_topic(ErrorCode::invalid_replica_assignment,
                         "partitions should be a consecutive 0-based integer sequence");
  }
  const std::size_t replicas = by_id.begin()->second->size();
  for (const auto& [id, assigned] : by_id) {
    auto assignment = place_as_assigned(*assigned, replicas, cluster, view);
    if (!assignment.partition) {
      return refused_topic(ErrorCode::invalid_replica_assignment, assignment.fault);
    }
    partitions.push_back(std::move(*assignment.partition));
  }
  return placed;
}

TopicCreation place_by_count(const Wish& wish, const BrokerOptions& options, const Cluster& cluster,
                             const meta::CatalogueView& view) {
  const auto node_count = static_cast<std::int32_t>(cluster.members.size());
  const std::int32_t count =
      wish.num_partitions == by_default ? *options.num_partitions : wish.num_partitions;
  const std::int32_t replicas = wish.replication_factor == by_default
                                    ? std::min(*options.default_replication_factor, node_count)
                                    : wish.replication_factor;
  if (replicas <= 0) {
    return refused_topic(
        ErrorCode::invalid_replication_factor,
        "Replication factor must be larger than 0, or -1 to use the default value.");
  }
  if (count <= 0) {
    return refused_topic(ErrorCode::invalid_partitions,
                         "Number of partitions was set to an invalid non-positive value.");
  }
  if (replicas > node_count) {
    return refused_topic(
        ErrorCode::invalid_replication_factor,
        "Unable to replicate the partition " + std::to_string(replicas) +
            " time(s): The target replication factor of " + std::to_string(replicas) +
            " cannot be reached because only " + std::to_string(node_count) +
            " broker(s) are registered or some brokers have all their log directories "
            "cordoned.");
  }
  if (auto fault = placement_fault(cluster, view); !fault.empty()) {
    return refused_topic(ErrorCode::invalid_replication_factor, std::move(fault));
  }
  TopicCreation placed;
  placed.topic.emplace().partitions =
      place_partitions(count, static_cast<std::size_t>(replicas), cluster, view);
  return placed;
}

std::optional<TopicCreation> check_configs(const Wish& wish, const meta::TopicOptions& defaults) {
  meta::TopicOptions known;
  meta::Configs configs;
  std::set<std::string_view> seen;
  for (const auto& config : wish.configs) {
    OptionBase* const option = known.find(config.name);
    if (!option) {
      return refused_topic(ErrorCode::invalid_config, "Unknown topic config name: " + config.name);
    }
    if (!config.value) {
      return refused_topic(ErrorCode::invalid_config,
                           "Null value not supported for topic configs: " + config.name);
    }
    if (const auto good = option->check(*config.value); !good) {
      return refused_topic(ErrorCode::invalid_config, good.error().context);
    }
    if (!seen.insert(config.name).second) {
      return refused_topic(ErrorCode::invalid_config, "Topic config given twice: " + config.name);
    }
    configs[config.name] = *config.value;
  }
  set_for_topic(known, defaults, configs);
  if (const auto good = check_together(known); !good) {
    return refused_topic(ErrorCode::invalid_config, good.error().context);
  }
  return std::nullopt;
}

}  // namespace

std::vector<meta::PartitionRecord> place_partitions(std::int32_t count, std::size_t replicas,
                                                    const Cluster& cluster,
                                                    const meta::CatalogueView& view) {
  std::vector<meta::PlacementNode> nodes;
  for (const Cluster::Member& member : cluster.members) {
    nodes.push_back({member.id, member.rack, view.is_up(member.id)});
  }
  std::size_t already = 0;
  for (const auto& [name, topic] : view.topics()) already += topic->partitions.size();
  meta::ReplicaPlacement placement(nodes, already);
  std::vector<meta::PartitionRecord> placed;
  placed.reserve(static_cast<std::size_t>(count));
  for (std::int32_t i = 0; i < count; ++i) placed.push_back(placement.place(replicas));
  return placed;
}

std::string placement_fault(const Cluster& cluster, const meta::CatalogueView& view) {
  const bool any_up = std::any_of(cluster.members.begin(), cluster.members.end(),
                                  [&](const auto& member) { return view.is_up(member.id); });
  return any_up ? "" : "All brokers are currently fenced or in controlled shutdown.";
}

std::string assignment_fault(const std::vector<NodeId>& replicas, const Cluster& cluster) {
  if (replicas.empty()) {
    return "The manual partition assignment includes an empty replica list.";
  }
  std::set<NodeId> seen;
  for (const NodeId node : replicas) {
    if (!cluster.find(node)) {
      return "The manual partition assignment includes broker " + std::to_string(node.value) +
             ", but no such broker is registered.";
    }
    if (!seen.insert(node).second) {
      return "The manual partition assignment includes the broker " + std::to_string(node.value) +
             " more than once.";
    }
  }
  return {};
}

Assignment place_as_assigned(const std::vector<NodeId>& replicas, std::size_t expected,
                             const Cluster& cluster, const meta::CatalogueView& view) {
  if (auto fault = assignment_fault(replicas, cluster); !fault.empty()) return {{}, fault};
  if (replicas.size() != expected) {
    return {{},
            "The manual partition assignment includes a partition with " +
                std::to_string(replicas.size()) +
                " replica(s), but this is not consistent with previous partitions, which have " +
                std::to_string(expected) + " replica(s)."};
  }
  const auto leader =
      std::find_if(replicas.begin(), replicas.end(), [&](NodeId node) { return view.is_up(node); });
  if (leader == replicas.end()) {
    return {{},
            "All brokers specified in the manual partition assignment are fenced or in controlled "
            "shutdown."};
  }
  return {meta::PartitionRecord{.replicas = replicas, .leader = *leader, .leader_epoch = {0}}, {}};
}

TopicCreation decide_topic(const Wish& wish, const meta::CatalogueView& view,
                           const BrokerOptions& options, const Cluster& cluster) {
  if (auto bad = check_name(wish, view)) return *bad;
  if (auto bad = check_configs(wish, options.topic_defaults)) return *bad;
  auto created = wish.assignments.empty() ? place_by_count(wish, options, cluster, view)
                                          : place_as_assigned(wish, cluster, view);
  if (created.error != ErrorCode::none) return created;
  created.topic->id = Uuid::random();
  created.topic->name = wish.name;
  for (const auto& config : wish.configs) {
    created.topic->configs.push_back({config.name, *config.value});
  }
  return created;
}

}  // namespace odradek::broker
