// SPDX-License-Identifier: Apache-2.0
#include "broker/internal_topics.h"

#include "broker/node.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

namespace odradek::broker {

namespace {

using CreatableTopic = wire::CreateTopicsRequest::CreatableTopic;

std::int16_t at_most_all(std::int32_t replicas, const Cluster& cluster) {
  return static_cast<std::int16_t>(
      std::min(replicas, static_cast<std::int32_t>(cluster.members.size())));
}

void describe_consumer_offsets(CreatableTopic& topic, const BrokerOptions& options,
                               const Cluster& cluster) {
  topic.num_partitions = *options.offsets_topic_num_partitions;
  topic.replication_factor = at_most_all(*options.offsets_topic_replication_factor, cluster);
  topic.configs = {{"cleanup.policy", "compact"},
                   {"compression.type", "producer"},
                   {"segment.bytes", std::to_string(*options.offsets_topic_segment_bytes)}};
}

void describe_transaction_state(CreatableTopic& topic, const BrokerOptions& options,
                                const Cluster& cluster) {
  topic.num_partitions = *options.transaction_state_log_num_partitions;
  topic.replication_factor =
      at_most_all(*options.transaction_state_log_replication_factor, cluster);
  topic.configs = {{"cleanup.policy", "compact"},
                   {"compression.type", "uncompressed"},
                   {"min.insync.replicas", std::to_string(*options.transaction_state_log_min_isr)},
                   {"segment.bytes", std::to_string(*options.transaction_state_log_segment_bytes)},
                   {"unclean.leader.election.enable", "false"}};
}

}  // namespace

CreatableTopic automatic_topic(std::string_view name, const BrokerOptions& options,
                               const Cluster& cluster) {
  CreatableTopic topic;
  topic.name = name;
  topic.num_partitions = -1;
  topic.replication_factor = -1;
  if (name == consumer_offsets) describe_consumer_offsets(topic, options, cluster);
  if (name == transaction_state) describe_transaction_state(topic, options, cluster);
  return topic;
}

void require_internal_topic(Node& node, std::string_view name, std::function<void()> then) {
  if (node.view().find(name)) return then();
  const auto decide = [&node, name](const meta::CatalogueView& view) {
    if (view.find(name)) return meta::Records{};
    auto created = decide_topic(automatic_topic(name, node.options(), node.cluster()), view,
                                node.options(), node.cluster());
    if (created.topic) return meta::Records{std::move(*created.topic)};
    spdlog::warn("cannot make an internal topic topic={} reason=\"{}\"", name, created.message);
    return meta::Records{};
  };
  node.catalogue().change(decide, [then = std::move(then)](const Result<>&) { then(); });
}

}  // namespace odradek::broker
