// SPDX-License-Identifier: Apache-2.0
#include "broker/internal_topics.h"

#include "broker/node.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

namespace odradek::broker {

wire::CreateTopicsRequest::CreatableTopic automatic_topic(std::string_view name,
                                                          const BrokerOptions& options,
                                                          const Cluster& cluster) {
  wire::CreateTopicsRequest::CreatableTopic topic;
  topic.name = name;
  topic.num_partitions = -1;
  topic.replication_factor = -1;
  if (name != consumer_offsets) return topic;
  const auto nodes = static_cast<std::int32_t>(cluster.members.size());
  topic.num_partitions = *options.offsets_topic_num_partitions;
  topic.replication_factor =
      static_cast<std::int16_t>(std::min(*options.offsets_topic_replication_factor, nodes));
  topic.configs = {{"cleanup.policy", "compact"},
                   {"compression.type", "producer"},
                   {"segment.bytes", std::to_string(*options.offsets_topic_segment_bytes)}};
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
