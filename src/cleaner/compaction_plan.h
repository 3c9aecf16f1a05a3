// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.h"
#include "cleaner/stored_log.h"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <vector>

namespace odradek::cleaner {

// Which records of a compacted log may be, or have to be, compacted. Names are those of Kafka's
// topic configs.
struct CompactionRules {
  double min_cleanable_dirty_ratio = 0.5;
  std::int64_t min_compaction_lag_ms = 0;
  std::int64_t max_compaction_lag_ms = std::numeric_limits<std::int64_t>::max();

  // Whether time decides as well.
  bool has_ages() const {
    return min_compaction_lag_ms > 0 ||
           max_compaction_lag_ms < std::numeric_limits<std::int64_t>::max();
  }
  friend bool operator==(const CompactionRules&, const CompactionRules&) = default;
};

struct TimedSegment : StoredSegment {
  RecordTimes times;
};

// What a round of compaction may take of a log: its head is what was compacted before, then comes
// what was not.
struct Cleanable {
  Offset first_dirty;
  Offset end;  // behind it nothing may be compacted: there a segment begins
  std::int64_t clean_bytes = 0;
  std::int64_t dirty_bytes = 0;
  bool is_overdue = false;  // whatever its ratio

  double ratio() const {
    const std::int64_t all = clean_bytes + dirty_bytes;
    return all == 0 ? 0 : static_cast<double>(dirty_bytes) / static_cast<double>(all);
  }
};

// The segments, oldest first, of which the last one is written to; `compacted_to` is where the last
// round ended, `last_stable` how far transactions are decided. None where no round is due. Kafka:
// LogCleanerManager.grabFilthiestCompactedLog.
std::optional<Cleanable> plan_compaction(std::span<const TimedSegment> segments,
                                         const CompactionRules& rules, Offset compacted_to,
                                         Offset last_stable, Timestamp now);

// Neighbours that go into one new segment, as indexes [begin, end) of the segments before
// `end`: together not larger than `most_bytes`, and not more than 2^31 offsets apart.
struct SegmentGroup {
  std::size_t begin = 0;
  std::size_t end = 0;
};
std::vector<SegmentGroup> group_segments(std::span<const StoredSegment> segments,
                                         std::int64_t most_bytes);

}  // namespace odradek::cleaner
