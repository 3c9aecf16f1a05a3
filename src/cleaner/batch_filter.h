// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.h"
#include "base/ids.h"
#include "base/result.h"
#include "cleaner/cleaned_transactions.h"
#include "cleaner/offset_map.h"
#include "wire/decompressor.h"
#include "wire/record_batch.h"

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

namespace odradek::cleaner {

// The last that an active producer wrote: its sequence, or where it has written no data its epoch,
// stands in that batch.
struct LastRecord {
  std::optional<Offset> data;
  ProducerEpoch epoch;
};
using LastRecords = std::unordered_map<ProducerId, LastRecord>;

// What one round of compaction goes by. Kafka: Cleaner.cleanInto.
struct FilterRules {
  const OffsetMap& last_offsets;  // of the keys of all records before `known_end`
  Offset known_end;               // records from here on stay
  Timestamp now;
  std::int64_t delete_retention_ms = 0;  // of tombstones and of markers, from their first round on
  const LastRecords& last_records;
};

// Batches of a compacted log as they come out of a round.
class BatchFilter {
 public:
  BatchFilter(const FilterRules& rules, CleanedTransactions& transactions)
      : rules_(rules), transactions_(transactions) {}

  // Takes the next batch of the log; returns what stays of it: itself, another one that has the
  // same offsets and is good until the next call, or nothing.
  // Where it may not be missing, as its end is that of a segment, it may be left without records.
  enum class Place { anywhere, at_the_end };
  Result<Bytes> filter(const wire::BatchView& batch, Place place);

  struct Counts {
    std::int64_t records_read = 0;
    std::int64_t records_kept = 0;
    std::int64_t without_key = 0;  // these go

    Counts& operator+=(const Counts& other) {
      records_read += other.records_read;
      records_kept += other.records_kept;
      without_key += other.without_key;
      return *this;
    }
  };
  const Counts& counts() const { return counts_; }

 private:
  struct Kept;
  // A record, and its key where it has one.
  struct Candidate {
    wire::Record record;
    OffsetMap::Key key;
  };
  bool keeps(const wire::BatchView& batch, const Candidate& candidate);
  bool is_last_of_producer(const wire::BatchView& batch) const;
  Result<Kept> look_into(const wire::BatchView& batch, bool drops_records);
  Result<Bytes> rewrite(const wire::BatchView& batch, const Kept& kept,
                        std::optional<Timestamp> new_horizon);

  const FilterRules rules_;
  CleanedTransactions& transactions_;
  Counts counts_;
  wire::Decompressor decompressor_;
  std::vector<Candidate> candidates_;
  Buffer records_;  // those that stay, as they are encoded
  Buffer written_;
};

}  // namespace odradek::cleaner
