// SPDX-License-Identifier: Apache-2.0
#include "meta/leadership.h"

#include "base/assert.h"

#include <algorithm>
#include <functional>
#include <iterator>

namespace odradek::meta {
namespace {

using Nodes = std::vector<NodeId>;

bool contains(const Nodes& nodes, NodeId node) {
  return std::find(nodes.begin(), nodes.end(), node) != nodes.end();
}

// Those of `all` that are not in `others`, in their order.
Nodes without(const Nodes& all, const Nodes& others) {
  Nodes rest;
  std::copy_if(all.begin(), all.end(), std::back_inserter(rest),
               [&](NodeId node) { return !contains(others, node); });
  return rest;
}

bool are_up(const CatalogueView& view, const Nodes& nodes) {
  return std::all_of(nodes.begin(), nodes.end(), [&](NodeId node) { return view.is_up(node); });
}

using Change = std::function<std::optional<PartitionRecord>(const PartitionRecord&)>;

// Adds what `change` makes of every partition that it changes.
void change_all(const CatalogueView& view, const Change& change, Records& records) {
  PartitionChanges changes;
  for (const auto& [name, topic] : view.topics()) {
    for (std::size_t i = 0; i < topic->partitions.size(); ++i) {
      auto now = change(topic->partitions[i]);
      if (!now || *now == topic->partitions[i]) continue;
      changes.add(topic->id, {static_cast<std::int32_t>(i)}, std::move(*now));
    }
  }
  for (Record& record : changes.take()) records.push_back(std::move(record));
}

void settle_all(const CatalogueView& view, Records& records) {
  change_all(
      view, [&](const PartitionRecord& partition) { return settled(view, partition); }, records);
}

}  // namespace

PartitionRecord settled(const CatalogueView& view, const PartitionRecord& partition) {
  PartitionRecord now = partition;
  const Nodes target = without(now.replicas, now.removing_replicas);
  if (now.is_being_reassigned() && are_up(view, target)) {
    now.replicas = target;
    now.adding_replicas.clear();
    now.removing_replicas.clear();
  }
  if (!now.is_replica(now.leader) || !view.is_up(now.leader)) {
    const auto up = std::find_if(now.replicas.begin(), now.replicas.end(),
                                 [&](NodeId node) { return view.is_up(node); });
    if (up != now.replicas.end()) {
      now.leader = *up;
    } else if (!now.is_replica(now.leader)) {
      now.leader = now.replicas.front();
    }
  }
  const bool shrinks = !without(partition.replicas, now.replicas).empty();
  if (now.leader != partition.leader || shrinks) ++now.leader_epoch.value;
  return now;
}

Records start_node(const CatalogueView& view, NodeId node) {
  Records records{NodeStartedRecord{node}};
  CatalogueView ahead = view;
  ahead.apply(records.front());
  settle_all(ahead, records);
  return records;
}

Records stop_node(const CatalogueView& view, NodeId node) {
  Records records{NodeStoppedRecord{node}};
  CatalogueView ahead = view;
  ahead.apply(records.front());
  change_all(
      ahead,
      [&](const PartitionRecord& partition) {
        PartitionRecord now = settled(ahead, partition);
        const bool loses_leader =
            partition.leader == node && ahead.leader_of(now) == none_of<NodeId>;
        if (loses_leader && now.leader_epoch == partition.leader_epoch) ++now.leader_epoch.value;
        return now;
      },
      records);
  return records;
}

Records start_cluster(const CatalogueView& view, const Nodes& nodes) {
  ASSERT(!nodes.empty());
  Records records;
  for (const auto& [node, is_up] : view.nodes()) {
    if (is_up && !contains(nodes, node)) records.emplace_back(NodeStoppedRecord{node});
  }
  for (const NodeId node : nodes) records.emplace_back(NodeStartedRecord{node});
  CatalogueView ahead = view;
  for (const Record& record : records) ahead.apply(record);
  std::size_t next = 0;
  Records adopted;
  change_all(
      ahead,
      [&](const PartitionRecord& partition) -> std::optional<PartitionRecord> {
        if (without(partition.replicas, nodes).size() < partition.replicas.size()) {
          return std::nullopt;
        }
        const NodeId node = nodes[next++ % nodes.size()];
        return PartitionRecord{
            .replicas = {node}, .leader = node, .leader_epoch = {partition.leader_epoch.value + 1}};
      },
      adopted);
  for (const Record& record : adopted) ahead.apply(record);
  std::move(adopted.begin(), adopted.end(), std::back_inserter(records));
  settle_all(ahead, records);
  return records;
}

std::optional<PartitionRecord> with_preferred_leader(const CatalogueView& view,
                                                     const PartitionRecord& partition) {
  const NodeId preferred = partition.replicas.front();
  if (partition.leader == preferred || !view.is_up(preferred)) return std::nullopt;
  PartitionRecord now = partition;
  now.leader = preferred;
  ++now.leader_epoch.value;
  return now;
}

Records elect_preferred_leaders(const CatalogueView& view) {
  Records records;
  change_all(
      view,
      [&](const PartitionRecord& partition) { return with_preferred_leader(view, partition); },
      records);
  return records;
}

PartitionRecord reassigned(const CatalogueView& view, const PartitionRecord& partition,
                           const Nodes& target) {
  // What an earlier reassignment was about to add counts as not there yet.
  const Nodes before = without(partition.replicas, partition.adding_replicas);
  PartitionRecord now = partition;
  now.adding_replicas = without(target, before);
  now.removing_replicas = without(before, target);
  now.replicas = target;
  now.replicas.insert(now.replicas.end(), now.removing_replicas.begin(),
                      now.removing_replicas.end());
  return settled(view, now);
}

PartitionRecord with_reassignment_cancelled(const CatalogueView& view,
                                            const PartitionRecord& partition) {
  PartitionRecord now = partition;
  now.replicas = without(partition.replicas, partition.adding_replicas);
  now.adding_replicas.clear();
  now.removing_replicas.clear();
  return settled(view, now);
}

void PartitionChanges::add(const Uuid& topic, PartitionId id, PartitionRecord partition) {
  by_topic_[topic].push_back({id, std::move(partition)});
}

Records PartitionChanges::take() {
  Records records;
  for (auto& [topic, changes] : by_topic_) {
    records.emplace_back(PartitionsChangedRecord{topic, std::move(changes)});
  }
  by_topic_.clear();
  return records;
}

}  // namespace odradek::meta
