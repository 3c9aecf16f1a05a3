// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.h"
#include "base/result.h"
#include "base/slice.h"
#include "log/readable_log.h"
#include "log/segment.h"
#include "log/segment_layout.h"

#include <map>
#include <memory>
#include <optional>
#include <vector>

namespace odradek::log {

// A record's place and time, as ListOffsets tells it.
struct Stamped {
  Offset offset;
  Timestamp timestamp;
  LeaderEpoch leader_epoch = none_of<LeaderEpoch>;
};

// Segments that begin in [first, end), and the one at `first` that holds what is left of them.
struct SegmentReplacement {
  Offset first;
  Offset end;
};

// The segments of a log in the order of their offsets, and how records are found in them. Used by
// one thread.
class SegmentList {
 public:
  using Map = std::map<Offset, std::unique_ptr<Segment>>;

  void add(std::unique_ptr<Segment> segment);
  bool empty() const { return by_offset_.empty(); }
  const Map& all() const { return by_offset_; }
  Segment& first() { return *by_offset_.begin()->second; }
  Segment& last() { return *std::prev(by_offset_.end())->second; }
  const Segment& last() const { return *std::prev(by_offset_.end())->second; }
  bool has_segment_at(Offset base) const { return by_offset_.contains(base); }
  // Null where none begins there.
  Segment* at(Offset base) {
    const auto found = by_offset_.find(base);
    return found == by_offset_.end() ? nullptr : found->second.get();
  }

  // Where what may be read ends: behind it the last segment may hold more.
  struct End {
    Offset offset;
    std::int64_t position = 0;  // in the last segment
  };
  // As ReadableLog::read().
  Result<ReadableLog::Chunk> read(Offset offset, Offset end, std::size_t max_bytes,
                                  ReadableLog::First first, const End& known);
  // The same range of at least one batch, copied; empty where there is nothing.
  Result<Buffer> copy(Offset offset, std::size_t max_bytes, const End& known);

  // As ReadableLog::aborted(); a reader beside the writer has to look into the files again.
  enum class Beside { nobody, the_writer };
  Result<std::vector<AbortedEntry>> aborted(Offset begin, Offset end, Beside beside);

  // The first record from `start` on whose timestamp is at least `wanted`, and the first that has
  // the largest.
  Result<std::optional<Stamped>> find(Timestamp wanted, Offset start);
  Result<std::optional<Stamped>> find_max_timestamp(Offset start);

  // The oldest segment where all of it lies before `start`; null where there is none. The last
  // segment stays.
  Segment* oldest_before(Offset start);
  void drop_oldest() { by_offset_.erase(by_offset_.begin()); }
  // Not the only one.
  void drop_newest() {
    by_offset_.erase(std::prev(by_offset_.end()));
    last().is_followed_by(std::nullopt);
  }

  // The segments in [first, end) give way to one; returns them. With this a generation is over.
  std::vector<std::unique_ptr<Segment>> replace(const SegmentReplacement& replacement,
                                                std::unique_ptr<Segment> segment);
  const SegmentLayoutPtr& layout();

  std::int64_t size() const;

 private:
  struct Range {
    Segment* segment = nullptr;  // null where nothing lies there
    Segment::Extent extent;
    Offset end;  // no record in it lies here or behind
  };
  Result<Range> locate(Offset offset, Offset end, std::size_t max_bytes, const End& known);
  static Result<std::optional<Stamped>> find_in(Segment& segment, Timestamp wanted, Offset start);

  Map by_offset_;
  std::shared_ptr<SegmentLayout::Generation> generation_ =
      std::make_shared<SegmentLayout::Generation>();
  SegmentLayoutPtr layout_;  // null until somebody asks
};

}  // namespace odradek::log
