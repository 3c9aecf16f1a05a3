// SPDX-License-Identifier: Apache-2.0
#include "cleaner/compaction_plan.h"

#include <algorithm>

namespace odradek::cleaner {
namespace {

// Where the first segment begins that is too young, or that not all is decided of.
Offset first_uncleanable(std::span<const TimedSegment> segments, const CompactionRules& rules,
                         Offset first_dirty, Offset last_stable, Timestamp now) {
  const auto stays = [&](const TimedSegment& each) {
    const bool is_dirty = each.end > first_dirty;
    const bool is_young = rules.min_compaction_lag_ms > 0 && is_dirty &&
                          now - each.times.largest < rules.min_compaction_lag_ms;
    return &each == &segments.back() || each.end > last_stable || is_young;
  };
  return std::find_if(segments.begin(), segments.end(), stays)->base;
}

bool is_overdue(const TimedSegment& segment, const CompactionRules& rules, Timestamp now) {
  return segment.times.first >= Timestamp{0} &&
         now - segment.times.first > rules.max_compaction_lag_ms;
}

}  // namespace

std::optional<Cleanable> plan_compaction(std::span<const TimedSegment> segments,
                                         const CompactionRules& rules, Offset compacted_to,
                                         Offset last_stable, Timestamp now) {
  const Offset begin = segments.front().base;
  // A checkpoint that does not fit to the log is of another one, or was lost: all of it is dirty.
  const bool is_known = compacted_to >= begin && compacted_to <= segments.back().end;
  Cleanable cleanable{.first_dirty = is_known ? compacted_to : begin};
  cleanable.end = first_uncleanable(segments, rules, cleanable.first_dirty, last_stable, now);
  for (const TimedSegment& each : segments) {
    if (each.base >= cleanable.end) break;
    const bool is_dirty = each.end > cleanable.first_dirty;
    (is_dirty ? cleanable.dirty_bytes : cleanable.clean_bytes) += each.size;
    cleanable.is_overdue = cleanable.is_overdue || (is_dirty && is_overdue(each, rules, now));
  }
  const bool is_due = cleanable.is_overdue || cleanable.ratio() > rules.min_cleanable_dirty_ratio;
  return cleanable.dirty_bytes > 0 && is_due ? std::optional(cleanable) : std::nullopt;
}

std::vector<SegmentGroup> group_segments(std::span<const StoredSegment> segments,
                                         std::int64_t most_bytes) {
  constexpr std::int64_t most_offsets = std::numeric_limits<std::int32_t>::max();
  std::vector<SegmentGroup> groups;
  std::int64_t bytes = 0;
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const bool fits = !groups.empty() && bytes + segments[i].size <= most_bytes &&
                      segments[i].end - segments[groups.back().begin].base <= most_offsets;
    if (!fits) {
      groups.push_back({i, i});
      bytes = 0;
    }
    bytes += segments[i].size;
    groups.back().end = i + 1;
  }
  return groups;
}

}  // namespace odradek::cleaner
