// SPDX-License-Identifier: Apache-2.0
#include "broker/partition_table.h"

#include <spdlog/spdlog.h>

namespace odradek::broker {

using wire::ErrorCode;

namespace {

using Found = PartitionTable::Found;
using Partitions = std::vector<std::unique_ptr<Partition>>;

Found found_in(const Partitions* partitions, PartitionId id, ErrorCode unknown_topic) {
  if (!partitions) return {.error = unknown_topic};
  if (id.value < 0 || static_cast<std::size_t>(id.value) >= partitions->size()) {
    return {.error = ErrorCode::unknown_topic_or_partition};
  }
  Partition* const partition = (*partitions)[static_cast<std::size_t>(id.value)].get();
  if (!partition) return {.error = ErrorCode::not_leader_or_follower};
  return {.partition = partition};
}

Found only_as_leader(Found found) {
  if (!found.partition || found.partition->leads()) return found;
  return {.error = ErrorCode::not_leader_or_follower};
}

}  // namespace

const PartitionTable::Entry* PartitionTable::entry_of(std::string_view topic) const {
  const auto entry = entries_.find(topic);
  return entry == entries_.end() ? nullptr : &entry->second;
}

const PartitionTable::Entry* PartitionTable::entry_of(const Uuid& topic) const {
  const auto entry = by_id_.find(topic);
  return entry == by_id_.end() ? nullptr : entry->second;
}

Found PartitionTable::find_replica(std::string_view topic, PartitionId id) {
  const Entry* const entry = entry_of(topic);
  return found_in(entry ? &entry->partitions : nullptr, id, ErrorCode::unknown_topic_or_partition);
}

Found PartitionTable::find_replica(const Uuid& topic, PartitionId id) {
  const Entry* const entry = entry_of(topic);
  return found_in(entry ? &entry->partitions : nullptr, id, ErrorCode::unknown_topic_id);
}

Found PartitionTable::find(std::string_view topic, PartitionId id) {
  return only_as_leader(find_replica(topic, id));
}

Found PartitionTable::find(const Uuid& topic, PartitionId id) {
  return only_as_leader(find_replica(topic, id));
}

PartitionTable::Opened PartitionTable::open(std::string_view topic, PartitionId id,
                                            LeaderEpoch believed) {
  const Found found = find_replica(topic, id);
  if (!found.partition) return {.error = found.error};
  const ErrorCode bad_epoch = check_epoch(*found.partition, believed);
  if (bad_epoch != ErrorCode::none) return {.error = bad_epoch};
  if (!found.partition->leads()) return {.error = ErrorCode::not_leader_or_follower};
  const auto log = found.partition->log();
  if (!log) return {.error = ErrorCode::kafka_storage_error};
  return {.partition = found.partition, .log = *log};
}

Partition* PartitionTable::replica(const Uuid& topic, PartitionId id) {
  const Entry* const entry = entry_of(topic);
  const auto index = static_cast<std::size_t>(id.value);
  return entry && index < entry->partitions.size() ? entry->partitions[index].get() : nullptr;
}

std::shared_ptr<const log::LogConfig> PartitionTable::config_of(const meta::Topic& topic) const {
  meta::TopicOptions options;
  set_for_topic(options, topic_defaults_, topic.configs);
  return std::make_shared<const log::LogConfig>(log_config(options));
}

// Both are in the order of their names, so one walk finds what is new, changed or gone.
PartitionTable::Changes PartitionTable::update(const meta::CatalogueView& view) {
  Changes changes;
  auto entry = entries_.begin();
  const auto remove_entry = [&] {
    remove(entry->second, changes);
    entry = entries_.erase(entry);
  };
  for (const auto& [name, topic] : view.topics()) {
    while (entry != entries_.end() && entry->first < name) remove_entry();
    const bool is_known = entry != entries_.end() && entry->first == name;
    // A topic that was deleted and made again is another one.
    if (is_known && entry->second.topic->id != topic->id) remove_entry();
    if (entry == entries_.end() || entry->first != name) {
      entry = entries_.emplace_hint(entry, name, Entry{});
    }
    if (entry->second.topic != topic) {
      bring_up_to_date(entry->second, topic, changes);
      by_id_[topic->id] = &entry->second;
    }
    ++entry;
  }
  while (entry != entries_.end()) remove_entry();
  return changes;
}

void PartitionTable::bring_up_to_date(Entry& entry, const meta::TopicPtr& topic, Changes& changes) {
  const std::size_t before = entry.partitions.size();
  entry.topic = topic;
  entry.partitions.resize(topic->partitions.size());
  const auto config = config_of(*topic);
  for (std::size_t i = 0; i < entry.partitions.size(); ++i) {
    bring_up_to_date(entry.partitions[i], topic, {static_cast<std::int32_t>(i)}, config,
                     i >= before, changes);
  }
}

void PartitionTable::bring_up_to_date(std::unique_ptr<Partition>& partition,
                                      const meta::TopicPtr& topic, PartitionId id,
                                      const std::shared_ptr<const log::LogConfig>& config,
                                      bool is_new, Changes& changes) {
  using Role = Partition::Role;
  const meta::PartitionRecord& record = topic->partitions[static_cast<std::size_t>(id.value)];
  const bool shall_lead = record.leader == node_;
  if (partition && partition->role() != Role::follower && !shall_lead) {
    // One without its log has nothing to give: the log follows when it comes (Replication).
    const bool has_log = partition->leads();
    for (SyncOutcome& outcome : partition->take_early_syncs()) {
      changes.late_syncs.push_back({topic->id, id, std::move(outcome)});
    }
    auto log = partition->become_follower();
    if (has_log) {
      changes.departures.push_back({topic->name, topic->id, id, record.leader, std::move(log)});
    }
  }
  if (!shall_lead && !record.is_replica(node_)) {
    if (partition) partition->wake_all();  // they find it gone
    return partition.reset();
  }
  if (!partition) {
    // The first leader of a new partition makes its log; a later one gets it.
    const Role role = !shall_lead ? Role::follower
                      : is_new    ? Role::leader
                                  : Role::leader_without_log;
    partition = std::make_unique<Partition>(shared_, topic, id, config, role);
    return;
  }
  if (shall_lead && partition->role() == Role::follower) partition->expect_log();
  partition->update(topic, config);
}

void PartitionTable::remove(Entry& entry, Changes& changes) {
  by_id_.erase(entry.topic->id);
  for (auto& partition : entry.partitions) {
    if (!partition) continue;
    partition->wake_all();  // they find it gone
    const bool has_log = partition->leads();
    const PartitionId id = partition->id();
    partition.reset();
    if (!has_log) continue;
    auto folder = set_aside(entry.topic->name, entry.topic->id, id);
    if (!folder.empty()) changes.set_aside.push_back(std::move(folder));
  }
}

std::string PartitionTable::set_aside(const std::string& topic, const Uuid& topic_id,
                                      PartitionId id) {
  auto folder = shared_.directory.set_aside(log::DataDirectory::folder(topic, id), topic_id);
  if (folder) return std::move(*folder);
  spdlog::error("cannot remove a partition reason=\"{}\"", folder.error().context);
  return {};
}

void PartitionTable::refresh_configs() {
  for (auto& [name, entry] : entries_) {
    const auto config = config_of(*entry.topic);
    for (auto& partition : entry.partitions) {
      if (partition) partition->update(entry.topic, config);
    }
  }
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
