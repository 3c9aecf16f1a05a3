// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.h"
#include "base/result.h"
#include "log/file.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace odradek::cleaner {

// A segment, as far as its name and its size say.
struct StoredSegment {
  Offset base;
  Offset end;  // where the next one begins, or the log ends
  std::int64_t size = 0;
};

// When the records of a segment are from: those of its first batch, and the youngest.
struct RecordTimes {
  Timestamp first{};
  Timestamp largest{};
};

// What the user of a log knows of it beside its files: its last segment, of which these say too
// little, and how far it is committed.
struct LogInUse {
  StoredSegment active;
  RecordTimes times;
  Offset high_watermark;
};

// The segments of a log, found out from its files beside whoever uses it. For a thread that may
// wait for the disk.
class StoredLog {
 public:
  StoredLog(log::FileSystem& files, std::string directory, std::optional<LogInUse> in_use)
      : files_(files), directory_(std::move(directory)), in_use_(in_use) {}

  // Looks for them, oldest first; Fault::not_found where there is no such directory. Where nobody
  // uses the log the last one has no end.
  Result<> list();
  const std::vector<StoredSegment>& segments() const { return segments_; }
  // So far they are 0, but that of the last one.
  Result<> find_sizes();
  // Of one of them. Without timestamps, and of a damaged segment, it is the time of its file.
  Result<RecordTimes> times(std::size_t i) const;

 private:
  Result<std::int64_t> size_of(const StoredSegment& segment) const;
  std::string path_of(const StoredSegment& segment) const;

  log::FileSystem& files_;
  std::string directory_;
  std::optional<LogInUse> in_use_;
  std::vector<StoredSegment> segments_;
};

}  // namespace odradek::cleaner
