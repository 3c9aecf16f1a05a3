// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "group/records.h"

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

namespace odradek::group {

// Offsets that were committed in transactions that are still open, of the groups of one partition
// of
// __consumer_offsets: they take effect when the transaction is committed. Kafka:
// OffsetMetadataManager.OpenTransactions.
class PendingOffsets {
 public:
  void put(ProducerId producer, const OffsetCommitKey& key, OffsetCommitValue value);

  bool has(const OffsetCommitKey& key) const { return by_key_.contains(key); }
  // Whether a group has any.
  bool has_some(std::string_view group) const;
  // Those of a group, of whichever transaction.
  std::vector<OffsetCommitKey> of(std::string_view group) const;

  void for_each(
      const std::function<void(const OffsetCommitKey&, const OffsetCommitValue&)>& visit) const;

  // The key was committed without a transaction, later than all that wait: what comes of them does
  // not go back behind that.
  void overtake(const OffsetCommitKey& key);
  // The key was deleted.
  void remove(const OffsetCommitKey& key);

  // The transaction of a producer has ended. Returns what takes effect if it was committed: all but
  // what others, or itself, have committed later and made known before.
  using Ended = std::vector<std::pair<OffsetCommitKey, OffsetCommitValue>>;
  Ended commit(ProducerId producer);
  void abort(ProducerId producer);

 private:
  struct Entry {
    OffsetCommitValue value;
    std::uint64_t order = 0;  // in which they were committed
    bool is_overtaken = false;
  };
  using Entries = std::map<OffsetCommitKey, Entry>;
  Entries take(ProducerId producer);

  std::map<ProducerId, Entries> by_producer_;               // nothing empty in it
  std::map<OffsetCommitKey, std::set<ProducerId>> by_key_;  // nor in this
  std::uint64_t last_order_ = 0;
};

}  // namespace odradek::group
