// SPDX-License-Identifier: Apache-2.0
#include "broker/partition_table.h"

#include <spdlog/spdlog.h>

namespace odradek::broker {

using wire::ErrorCode;

PartitionTable::Found PartitionTable::found_in(const Entry* entry, PartitionId id,
                                               ErrorCode unknown_topic) {
  if (!entry) return {.error = unknown_topic};
  const auto& partitions = entry->partitions;
  if (id.value < 0 || static_cast<std::size_t>(id.value) >= partitions.size()) {
    return {.error = ErrorCode::unknown_topic_or_partition};
  }
  Partition* const partition = partitions[static_cast<std::size_t>(id.value)].get();
  if (!partition) return {.error = ErrorCode::not_leader_or_follower};
  return {.partition = partition};
}

PartitionTable::Found PartitionTable::find(std::string_view topic, PartitionId id) {
  const auto entry = entries_.find(topic);
  return found_in(entry == entries_.end() ? nullptr : &entry->second, id,
                  ErrorCode::unknown_topic_or_partition);
}

PartitionTable::Found PartitionTable::find(const Uuid& topic, PartitionId id) {
  const auto entry = by_id_.find(topic);
  return found_in(entry == by_id_.end() ? nullptr : entry->second, id, ErrorCode::unknown_topic_id);
}

std::shared_ptr<const log::LogConfig> PartitionTable::config_of(const meta::Topic& topic) const {
  meta::TopicOptions options;
  set_for_topic(options, topic_defaults_, topic.configs);
  return std::make_shared<const log::LogConfig>(log_config(options));
}

void PartitionTable::update(const meta::CatalogueView& view, const Removed& removed) {
  for (auto entry = entries_.begin(); entry != entries_.end();) {
    const meta::TopicPtr now = view.find(entry->first);
    if (now && now->id == entry->second.topic->id) {
      ++entry;
      continue;
    }
    by_id_.erase(entry->second.topic->id);
    remove(entry->second, removed);
    entry = entries_.erase(entry);
  }
  for (const auto& [name, topic] : view.topics()) {
    Entry& entry = entries_[name];
    if (entry.topic == topic) continue;
    bring_up_to_date(entry, topic);
    by_id_[topic->id] = &entry;
  }
}

void PartitionTable::bring_up_to_date(Entry& entry, const meta::TopicPtr& topic) {
  entry.topic = topic;
  const auto config = config_of(*topic);
  for (auto& partition : entry.partitions) {
    if (partition) partition->update(topic, config);
  }
  while (entry.partitions.size() < topic->partitions.size()) {
    const PartitionId id{static_cast<std::int32_t>(entry.partitions.size())};
    const bool leads = topic->partitions[entry.partitions.size()].leader == node_;
    entry.partitions.push_back(leads ? std::make_unique<Partition>(shared_, topic, id, config)
                                     : nullptr);
  }
}

void PartitionTable::remove(Entry& entry, const Removed& removed) {
  for (auto& partition : entry.partitions) {
    if (!partition) continue;
    const std::string folder = partition->folder();
    partition->wake(std::numeric_limits<std::int32_t>::max());  // they find it gone
    partition.reset();
    shared_.directory.forget(folder);
    const auto set_aside = shared_.directory.set_aside(folder);
    if (!set_aside) {
      spdlog::error("cannot remove a partition reason=\"{}\"", set_aside.error().context);
    } else if (!set_aside->empty()) {
      removed(*set_aside);
    }
  }
}

void PartitionTable::refresh_configs() {
  for (auto& [name, entry] : entries_) bring_up_to_date(entry, entry.topic);
}

void PartitionTable::for_each(const std::function<void(Partition&)>& visit) {
  for (auto& [name, entry] : entries_) {
    for (auto& partition : entry.partitions) {
      if (partition) visit(*partition);
    }
  }
}

ErrorCode check_epoch(const Partition& partition, LeaderEpoch believed) {
  if (believed == none_of<LeaderEpoch> || believed == partition.leader_epoch()) {
    return ErrorCode::none;
  }
  return believed < partition.leader_epoch() ? ErrorCode::fenced_leader_epoch
                                             : ErrorCode::unknown_leader_epoch;
}

}  // namespace odradek::broker
