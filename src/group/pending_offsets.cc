// SPDX-License-Identifier: Apache-2.0
#include "group/pending_offsets.h"

#include <limits>
#include <string>

namespace odradek::group {
namespace {

// Before every key of the group.
OffsetCommitKey first_of(std::string_view group) {
  return {std::string(group), "", {std::numeric_limits<std::int32_t>::min()}};
}

}  // namespace

void PendingOffsets::put(ProducerId producer, const OffsetCommitKey& key, OffsetCommitValue value) {
  by_producer_[producer].insert_or_assign(key, Entry{std::move(value), ++last_order_});
  by_key_[key].insert(producer);
}

bool PendingOffsets::has_some(std::string_view group) const {
  const auto found = by_key_.lower_bound(first_of(group));
  return found != by_key_.end() && found->first.group == group;
}

std::vector<OffsetCommitKey> PendingOffsets::of(std::string_view group) const {
  std::vector<OffsetCommitKey> keys;
  for (auto found = by_key_.lower_bound(first_of(group));
       found != by_key_.end() && found->first.group == group; ++found) {
    keys.push_back(found->first);
  }
  return keys;
}

void PendingOffsets::for_each(
    const std::function<void(const OffsetCommitKey&, const OffsetCommitValue&)>& visit) const {
  for (const auto& [producer, entries] : by_producer_) {
    for (const auto& [key, entry] : entries) visit(key, entry.value);
  }
}

void PendingOffsets::overtake(const OffsetCommitKey& key) {
  const auto producers = by_key_.find(key);
  if (producers == by_key_.end()) return;
  for (const ProducerId producer : producers->second) {
    by_producer_.at(producer).at(key).is_overtaken = true;
  }
}

void PendingOffsets::remove(const OffsetCommitKey& key) {
  const auto producers = by_key_.find(key);
  if (producers == by_key_.end()) return;
  for (const ProducerId producer : producers->second) {
    const auto entries = by_producer_.find(producer);
    entries->second.erase(key);
    if (entries->second.empty()) by_producer_.erase(entries);
  }
  by_key_.erase(producers);
}

PendingOffsets::Entries PendingOffsets::take(ProducerId producer) {
  auto node = by_producer_.extract(producer);
  if (!node) return {};
  for (const auto& [key, entry] : node.mapped()) {
    const auto producers = by_key_.find(key);
    producers->second.erase(producer);
    if (producers->second.empty()) by_key_.erase(producers);
  }
  return std::move(node.mapped());
}

PendingOffsets::Ended PendingOffsets::commit(ProducerId producer) {
  Ended ended;
  for (auto& [key, entry] : take(producer)) {
    if (const auto others = by_key_.find(key); others != by_key_.end()) {
      for (const ProducerId each : others->second) {
        Entry& other = by_producer_.at(each).at(key);
        if (other.order < entry.order) other.is_overtaken = true;
      }
    }
    if (!entry.is_overtaken) ended.emplace_back(key, std::move(entry.value));
  }
  return ended;
}

void PendingOffsets::abort(ProducerId producer) { take(producer); }

}  // namespace odradek::group
