// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "log/file.h"
#include "log/readable_log.h"
#include "log/segment_list.h"

#include <memory>
#include <string>
#include <vector>

namespace odradek::log {

// A partition's log as a node sees it that follows: the leader's own files, read only, as far as
// the leader said. Nothing is copied; what is learnt from the batch headers in passing, like
// positions and epochs, is what the leader knows too.
//
// Files may vanish under it when the leader removes old segments: such a read is Fault::not_found.
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
    friend bool operator==(const Progress&, const Progress&) = default;
  };
  // Takes over what the leader told.
  Result<> advance(const Progress& progress);

  Progress progress() const { return {log_start_offset_, high_watermark_, last_stable_offset_}; }

  Result<Chunk> read(Offset offset, Offset end, std::size_t max_bytes, First first) override;
  Result<std::vector<AbortedEntry>> aborted(Offset begin, Offset end) override {
    return segments_.aborted(begin, end, SegmentList::Beside::the_writer);
  }

 private:
  Result<> find_segments(const Progress& progress);
  void learn_epochs(Offset end);
  void add_segment(Offset base);

  FileSystem& files_;
  std::string directory_;
  SegmentList segments_;
  Offset next_offset_;
};

}  // namespace odradek::log
