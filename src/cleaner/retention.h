// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.h"
#include "base/result.h"
#include "cleaner/stored_log.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>

namespace odradek::cleaner {

// How long records are kept, and how many bytes of them; -1 is no limit.
struct RetentionRules {
  std::int64_t ms = -1;
  std::int64_t bytes = -1;
};

// The largest timestamp of the n-th segment. It may have to be looked for, so only those are asked
// for whose age decides.
using LargestTimestamp = std::function<Result<Timestamp>(std::size_t)>;

// How many of these segments, oldest first, `rules` let go: none that follows one that stays, and
// none with records behind `high_watermark`. Kafka: UnifiedLog.deleteOldSegments.
Result<std::size_t> count_expired(std::span<const StoredSegment> segments,
                                  const RetentionRules& rules, Offset high_watermark, Timestamp now,
                                  const LargestTimestamp& largest_timestamp);

}  // namespace odradek::cleaner
