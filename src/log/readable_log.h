// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.h"
#include "base/result.h"
#include "base/slice.h"
#include "log/leader_epochs.h"
#include "log/segment_index.h"

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

namespace odradek::log {

// How many bytes more can be read than before: at all, and by those who read what is decided only.
struct Growth {
  std::size_t bytes = 0;
  std::size_t stable_bytes = 0;
};

// What consumers are served from: the log of a leader, or a follower's view of it.
class ReadableLog {
 public:
  // Batches from `offset` on, whole, for about `max_bytes`, not at or behind `end`. The first one
  // comes whatever its size, or not at all if it is too large.
  enum class First { whatever_its_size, only_if_it_fits };
  struct Chunk {
    Slices slices;
    Offset end;  // no record in it lies here or behind
  };
  virtual Result<Chunk> read(Offset offset, Offset end, std::size_t max_bytes, First first) = 0;
  // The aborted transactions with records or the marker in [begin, end), in the order of their
  // markers.
  virtual Result<std::vector<AbortedEntry>> aborted(Offset begin, Offset end) = 0;

  Offset log_start_offset() const { return log_start_offset_; }
  Offset high_watermark() const { return high_watermark_; }
  // What is decided: no record before it is of an open transaction. At most the high watermark.
  Offset last_stable_offset() const { return last_stable_offset_; }
  const LeaderEpochs& leader_epochs() const { return epochs_; }
  // Since the last call.
  Growth take_growth() { return std::exchange(growth_, {}); }

 protected:
  ~ReadableLog() = default;

  // `bytes` more are there, and no offset goes back. What a part of the open transactions leaves
  // behind when it ends is estimated: it only decides when somebody looks.
  void grow(std::size_t bytes, Offset high_watermark, Offset last_stable_offset);
  // Where it begins; `bytes` at most lie behind the last stable offset.
  void begin_at(Offset high_watermark, Offset last_stable_offset, std::size_t bytes) {
    high_watermark_ = high_watermark;
    last_stable_offset_ = last_stable_offset;
    unstable_bytes_ = last_stable_offset < high_watermark ? bytes : 0;
  }

  Offset log_start_offset_;
  Offset high_watermark_;
  Offset last_stable_offset_;
  LeaderEpochs epochs_;

 private:
  Growth growth_;
  std::size_t unstable_bytes_ = 0;  // behind the last stable offset
};

inline void ReadableLog::grow(std::size_t bytes, Offset high_watermark, Offset last_stable_offset) {
  const std::int64_t undecided = high_watermark - last_stable_offset_;
  const std::int64_t decided = last_stable_offset - last_stable_offset_;
  high_watermark_ = high_watermark;
  last_stable_offset_ = last_stable_offset;
  growth_.bytes += bytes;
  unstable_bytes_ += bytes;
  if (undecided <= 0 || decided <= 0) return;
  const double part = static_cast<double>(decided) / static_cast<double>(undecided);
  const auto estimate = static_cast<std::size_t>(part * static_cast<double>(unstable_bytes_));
  // There is something to look at, however little it is.
  const auto released = decided == undecided ? unstable_bytes_ : std::max<std::size_t>(estimate, 1);
  unstable_bytes_ -= std::min(unstable_bytes_, released);
  growth_.stable_bytes += released;
}

}  // namespace odradek::log
