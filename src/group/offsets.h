// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "group/records.h"

#include <cstddef>
#include <map>
#include <string>
#include <string_view>

namespace odradek::group {

// The committed offsets of the groups of one partition of __consumer_offsets.
class Offsets {
 public:
  using Partitions = std::map<PartitionId, OffsetCommitValue>;
  using Topics = std::map<std::string, Partitions, std::less<>>;

  // Null where there is none.
  const OffsetCommitValue* find(std::string_view group, std::string_view topic,
                                PartitionId partition) const;
  // All of a group; empty where it has none.
  const Topics& of(std::string_view group) const;
  const std::map<std::string, Topics, std::less<>>& all() const { return by_group_; }

  void put(const OffsetCommitKey& key, OffsetCommitValue value);
  void remove(const OffsetCommitKey& key);

 private:
  std::map<std::string, Topics, std::less<>> by_group_;  // nothing empty in it
};

}  // namespace odradek::group
