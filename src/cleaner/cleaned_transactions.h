// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.h"
#include "log/segment_index.h"
#include "wire/record_batch.h"

#include <queue>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

namespace odradek::cleaner {

// What is known of transactions by one who goes through a log, batch by batch in its order: which
// data was aborted, and of which markers nothing is left that they would end. Kafka:
// CleanedTransactionMetadata.
class CleanedTransactions {
 public:
  // Transactions that were aborted by markers in what follows, before any of their batches comes.
  void add(const std::vector<log::AbortedEntry>& aborted);

  // Whether the next batch can go: data of an aborted transaction, or a marker without any data
  // before it.
  bool can_go(const wire::BatchView& batch);

  // Aborted transactions of which there were batches, since it was last asked, in the order of
  // their markers: what says that they are aborted has to stay as long.
  std::vector<log::AbortedEntry> take_kept() { return std::exchange(kept_, {}); }

 private:
  struct Aborted {
    log::AbortedEntry entry;
    bool has_data = false;
  };
  struct BeginsLater {
    bool operator()(const log::AbortedEntry& one, const log::AbortedEntry& other) const {
      return one.first_offset > other.first_offset;
    }
  };
  void begin_all_before(Offset end);
  bool marker_can_go(const wire::BatchView& marker);

  std::priority_queue<log::AbortedEntry, std::vector<log::AbortedEntry>, BeginsLater> ahead_;
  std::unordered_map<ProducerId, Aborted> aborted_;  // under way
  std::unordered_set<ProducerId> committed_;         // with data, under way
  std::vector<log::AbortedEntry> kept_;
};

}  // namespace odradek::cleaner
