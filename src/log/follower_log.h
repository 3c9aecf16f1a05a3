// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "log/file.h"
#include "log/readable_log.h"
#include "log/segment_layout.h"
#include "log/segment_list.h"

#include <memory>
#include <string>
#include <vector>

namespace odradek::log {

// A partition's log as a node sees it that follows: the leader's own files, read only, as far as
// the leader said. Nothing is copied; what is learnt from the batch headers in passing, like
// positions and epochs, is what the leader knows too.
//
// Files may vanish under it when the leader removes old segments, or change when it puts compacted
// ones into their place: such a read is Fault::not_found.
// Used by one thread, its node's.
class FollowerLog final : public ReadableLog {
 public:
  FollowerLog(FileSystem& files, std::string directory)
      : files_(files), directory_(std::move(directory)) {}

  // How far the leader is.
  struct Progress {
    Offset log_start_offset;
    Offset high_watermark;
    Offset last_stable_offset;
    SegmentLayoutPtr layout;  // as it was at one time of its generation

    const SegmentLayout::Generation* generation() const {
      return layout ? layout->generation.get() : nullptr;
    }
    friend bool operator==(const Progress& one, const Progress& other) {
      return one.log_start_offset == other.log_start_offset &&
             one.high_watermark == other.high_watermark &&
             one.last_stable_offset == other.last_stable_offset &&
             one.generation() == other.generation();
    }
  };
  // Takes over what the leader told; Fault::not_found where it is no longer so.
  Result<> advance(const Progress& progress);

  Progress progress() const {
    return {log_start_offset_, high_watermark_, last_stable_offset_, layout_};
  }

  Result<Chunk> read(Offset offset, Offset end, std::size_t max_bytes, First first) override;
  Result<std::vector<AbortedEntry>> aborted(Offset begin, Offset end) override;

 private:
  void begin_with(const Progress& progress);
  Result<> extend(const Progress& progress);
  bool is_outdated() const { return layout_->generation->is_over; }
  Error outdated() const { return {Fault::not_found, directory_ + ": was compacted"}; }
  void learn_epochs(Offset end);
  void add_segment(Offset base);

  FileSystem& files_;
  std::string directory_;
  SegmentList segments_;
  SegmentLayoutPtr layout_;  // null before the first word
  Offset next_offset_;
};

}  // namespace odradek::log
