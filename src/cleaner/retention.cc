// SPDX-License-Identifier: Apache-2.0
#include "cleaner/retention.h"

#include <numeric>

namespace odradek::cleaner {
namespace {

bool is_empty_end(std::span<const StoredSegment> segments, std::size_t i) {
  return i + 1 == segments.size() && segments[i].size == 0;
}

// How many segments from the oldest on make the log larger than it may be. A segment goes when
// what is left is not smaller than the limit.
std::size_t count_above(std::span<const StoredSegment> segments, std::int64_t most) {
  if (most < 0) return 0;
  const auto add = [](std::int64_t sum, const StoredSegment& each) { return sum + each.size; };
  std::int64_t excess =
      std::accumulate(segments.begin(), segments.end(), std::int64_t{0}, add) - most;
  std::size_t count = 0;
  while (count < segments.size() && segments[count].size <= excess) {
    excess -= segments[count++].size;
  }
  return count;
}

}  // namespace

Result<std::size_t> count_expired(std::span<const StoredSegment> segments,
                                  const RetentionRules& rules, Offset high_watermark, Timestamp now,
                                  const LargestTimestamp& largest_timestamp) {
  const std::size_t too_many = count_above(segments, rules.bytes);
  for (std::size_t i = 0; i < segments.size(); ++i) {
    if (segments[i].end > high_watermark || is_empty_end(segments, i)) return i;
    if (i < too_many) continue;
    if (rules.ms < 0) return i;
    TRY(const Timestamp largest, largest_timestamp(i));
    if (now - largest <= rules.ms) return i;
  }
  return segments.size();
}

}  // namespace odradek::cleaner
