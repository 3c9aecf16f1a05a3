// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.h"
#include "base/result.h"
#include "base/siphash.h"
#include "cleaner/batch_filter.h"
#include "cleaner/compaction_plan.h"
#include "log/file.h"
#include "log/segment.h"
#include "log/segment_list.h"
#include "wire/decompressor.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace odradek::cleaner {

// What a round is to do, and by what.
struct CompactionJob {
  log::FileSystem& files;
  std::string directory;
  std::vector<StoredSegment> segments;  // all before Cleanable::end
  Offset first_dirty;
  std::vector<log::AbortedEntry> aborted;  // that have data in them
  LastRecords last_records;
  Timestamp now;
  std::int64_t delete_retention_ms = 0;
  std::int64_t segment_bytes = 0;
  std::int32_t index_interval_bytes = 4096;
  std::size_t most_keys = 0;  // that the map may hold
  double map_load = 0.9;      // of its slots that are used at most
  Hash128 seed;
};

// One round of compaction of one log: finds the last offset of each key in what is dirty, and
// writes new segments in the place of all up to there, beside the old ones and marked as such.
// Whoever uses the log puts them into their places then (PartitionLog::replace). Reads only
// segments that are complete; for a thread that may wait. Kafka: Cleaner.
class Compaction {
 public:
  explicit Compaction(CompactionJob job);
  ~Compaction();

  // Goes on, reading about `bytes`. False once there is nothing more to do; outcome() is there
  // then.
  Result<bool> step(std::int64_t bytes);
  // Removes what was written and nobody has put into its place; there are no more steps then.
  Result<> discard();

  struct Outcome {
    Offset compacted_to;  // the map did not reach farther
    // Their content is on the disk; their names may not be.
    std::vector<log::SegmentReplacement> replacements;
    std::int64_t bytes_before = 0;
    std::int64_t bytes_after = 0;
    std::int64_t bytes_read = 0;
    std::int64_t bytes_written = 0;
    std::size_t map_keys = 0;
    std::size_t map_bytes = 0;
    BatchFilter::Counts records;
  };
  const Outcome& outcome() const { return outcome_; }

 private:
  class Source;
  enum class Phase { mapping, rewriting, done };

  Result<> open_next_source();
  Result<> map(const wire::BatchView& batch);
  void end_mapping();
  Result<> begin_group();
  Result<> rewrite(const wire::BatchView& batch);
  Result<> write_out();
  Result<> end_group();
  Result<> keep_time(const SegmentGroup& group);

  CompactionJob job_;
  Outcome outcome_;
  Phase phase_ = Phase::mapping;
  wire::Decompressor decompressor_;
  OffsetMap map_;
  std::vector<std::pair<OffsetMap::Key, Offset>> keys_;  // of one batch
  bool is_full_ = false;
  CleanedTransactions transactions_;
  std::vector<SegmentGroup> groups_;
  std::size_t group_ = 0;    // of `groups_`
  std::size_t segment_ = 0;  // of the job's
  std::unique_ptr<Source> source_;
  std::unique_ptr<log::Segment> target_;
  std::optional<BatchFilter> filter_;
  Buffer unwritten_;
};

}  // namespace odradek::cleaner
