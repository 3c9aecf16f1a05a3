// SPDX-License-Identifier: Apache-2.0
#include "group/offsets.h"

#include <utility>

namespace odradek::group {

const OffsetCommitValue* Offsets::find(std::string_view group, std::string_view topic,
                                       PartitionId partition) const {
  const Topics& topics = of(group);
  const auto by_partition = topics.find(topic);
  if (by_partition == topics.end()) return nullptr;
  const auto found = by_partition->second.find(partition);
  return found == by_partition->second.end() ? nullptr : &found->second;
}

const Offsets::Topics& Offsets::of(std::string_view group) const {
  static const Topics none;
  const auto found = by_group_.find(group);
  return found == by_group_.end() ? none : found->second;
}

void Offsets::put(const OffsetCommitKey& key, OffsetCommitValue value) {
  by_group_[key.group][key.topic].insert_or_assign(key.partition, std::move(value));
}

void Offsets::remove(const OffsetCommitKey& key) {
  const auto topics = by_group_.find(key.group);
  if (topics == by_group_.end()) return;
  const auto partitions = topics->second.find(key.topic);
  if (partitions == topics->second.end()) return;
  partitions->second.erase(key.partition);
  if (partitions->second.empty()) topics->second.erase(partitions);
  if (topics->second.empty()) by_group_.erase(topics);
}

}  // namespace odradek::group
