// SPDX-License-Identifier: Apache-2.0
#include "broker/topic_creation.h"

#include "meta/topic_name.h"
#include "meta/topic_options.h"

#include <algorithm>
#include <set>

namespace odradek::broker {

using wire::ErrorCode;

namespace {

using Wish = wire::CreateTopicsRequest::CreatableTopic;

constexpr std::int32_t by_default = -1;
constexpr std::int32_t node_count = 1;
// A named limit against a typing error that would fill the disk with folders.
constexpr std::int32_t max_partitions = 100000;

TopicCreation refused(ErrorCode error, std::string message) {
  return {.error = error, .message = std::move(message)};
}

std::optional<TopicCreation> check_name(const Wish& wish, const meta::CatalogueView& view) {
  if (const auto fault = meta::topic_name_fault(wish.name)) {
    return refused(ErrorCode::invalid_topic_exception, *fault);
  }
  if (view.find(wish.name)) {
    return refused(ErrorCode::topic_already_exists, "Topic '" + wish.name + "' already exists.");
  }
  if (const auto other = view.find_collision(wish.name)) {
    return refused(ErrorCode::invalid_topic_exception,
                   "Topic '" + wish.name + "' collides with existing topic: " + other->name);
  }
  return std::nullopt;
}

TopicCreation place_as_assigned(const Wish& wish, NodeId node) {
  if (wish.num_partitions != by_default || wish.replication_factor != by_default) {
    return refused(ErrorCode::invalid_request,
                   "A manual partition assignment was specified, but numPartitions or "
                   "replicationFactor was not set to -1.");
  }
  std::set<PartitionId> ids;
  for (const auto& assignment : wish.assignments) {
    if (!ids.insert(assignment.partition_index).second) {
      return refused(ErrorCode::invalid_replica_assignment,
                     "Found multiple manual partition assignments for partition " +
                         std::to_string(assignment.partition_index.value));
    }
    if (assignment.broker_ids != std::vector{node}) {
      return refused(ErrorCode::invalid_replica_assignment,
                     "The manual partition assignment includes a broker that is not there.");
    }
  }
  const auto count = static_cast<std::int32_t>(ids.size());
  if (ids.begin()->value != 0 || ids.rbegin()->value != count - 1) {
    return refused(ErrorCode::invalid_replica_assignment,
                   "partitions should be a consecutive 0-based integer sequence");
  }
  TopicCreation placed;
  placed.topic.emplace().partitions = place_partitions(count, 1, node);
  return placed;
}

TopicCreation place_by_count(const Wish& wish, const BrokerOptions& options, NodeId node) {
  const std::int32_t count =
      wish.num_partitions == by_default ? *options.num_partitions : wish.num_partitions;
  const std::int32_t replicas = wish.replication_factor == by_default
                                    ? std::min(*options.default_replication_factor, node_count)
                                    : wish.replication_factor;
  if (count <= 0 || count > max_partitions) {
    return refused(ErrorCode::invalid_partitions,
                   "Number of partitions must be larger than 0 and at most " +
                       std::to_string(max_partitions) + ".");
  }
  if (replicas <= 0) {
    return refused(ErrorCode::invalid_replication_factor,
                   "Replication factor must be larger than 0, or -1 to use the default value.");
  }
  if (replicas > node_count) {
    return refused(ErrorCode::invalid_replication_factor,
                   "Unable to replicate the partition " + std::to_string(replicas) +
                       " time(s): The target replication factor of " + std::to_string(replicas) +
                       " cannot be reached because only " + std::to_string(node_count) +
                       " broker(s) are registered.");
  }
  TopicCreation placed;
  placed.topic.emplace().partitions = place_partitions(count, replicas, node);
  return placed;
}

std::optional<TopicCreation> check_configs(const Wish& wish) {
  meta::TopicOptions known;
  std::set<std::string_view> seen;
  for (const auto& config : wish.configs) {
    OptionBase* const option = known.find(config.name);
    if (!option) {
      return refused(ErrorCode::invalid_config, "Unknown topic config name: " + config.name);
    }
    if (!config.value) {
      return refused(ErrorCode::invalid_config,
                     "Null value not supported for topic configs: " + config.name);
    }
    if (const auto good = option->check(*config.value); !good) {
      return refused(ErrorCode::invalid_config, good.error().context);
    }
    if (!seen.insert(config.name).second) {
      return refused(ErrorCode::invalid_config, "Topic config given twice: " + config.name);
    }
  }
  return std::nullopt;
}

}  // namespace

std::vector<meta::PartitionRecord> place_partitions(std::int32_t count, std::int32_t replicas,
                                                    NodeId node) {
  const std::vector<NodeId> all(static_cast<std::size_t>(replicas), node);
  const meta::PartitionRecord one{.replicas = all, .leader = node, .leader_epoch = {0}};
  return std::vector<meta::PartitionRecord>(static_cast<std::size_t>(count), one);
}

TopicCreation decide_topic(const Wish& wish, const meta::CatalogueView& view,
                           const BrokerOptions& options) {
  if (auto bad = check_name(wish, view)) return *bad;
  const NodeId node{*options.node_id};
  auto created = wish.assignments.empty() ? place_by_count(wish, options, node)
                                          : place_as_assigned(wish, node);
  if (created.error != ErrorCode::none) return created;
  if (auto bad = check_configs(wish)) return *bad;
  created.topic->id = Uuid::random();
  created.topic->name = wish.name;
  for (const auto& config : wish.configs) {
    created.topic->configs.push_back({config.name, *config.value});
  }
  return created;
}

}  // namespace odradek::broker
