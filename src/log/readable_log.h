// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.h"
#include "base/result.h"
#include "base/slice.h"
#include "log/leader_epochs.h"

#include <cstddef>

namespace odradek::log {

// What consumers are served from: the log of a leader, or a follower's view of it.
class ReadableLog {
 public:
  // Batches from `offset` on, whole, for about `max_bytes`, not at or behind `end`. The first one
  // comes whatever its size, or not at all if it is too large.
  enum class First { whatever_its_size, only_if_it_fits };
  virtual Result<Slices> read(Offset offset, Offset end, std::size_t max_bytes, First first) = 0;

  Offset log_start_offset() const { return log_start_offset_; }
  Offset high_watermark() const { return high_watermark_; }
  Offset last_stable_offset() const { return high_watermark_; }
  const LeaderEpochs& leader_epochs() const { return epochs_; }

 protected:
  ~ReadableLog() = default;

  Offset log_start_offset_;
  Offset high_watermark_;
  LeaderEpochs epochs_;
};

}  // namespace odradek::log
