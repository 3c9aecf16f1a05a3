// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/now.h"
#include "base/result.h"
#include "log/file.h"

#include <cstddef>
#include <cstdint>
#include <string>

namespace odradek::broker {

// Keeps the last of the disk for what keeps everybody else going: committed offsets, transactions,
// the catalogue. Records of producers are refused before it is touched, and taken again when there
// is room. Used by one thread, which brings it the time.
class DiskSpace {
 public:
  // Of `reserve` bytes; -1 is a sixteenth of the file system, at most `most_by_default`.
  static constexpr std::int64_t most_by_default = 256 << 20;
  DiskSpace(log::FileSystem& files, std::string path, std::int64_t reserve);

  // Whether so many bytes more may be taken of producers. The system is not asked each time.
  bool has_room(std::size_t bytes, TimePoint now);

 private:
  void look(TimePoint now);

  log::FileSystem& files_;
  std::string path_;
  std::int64_t configured_reserve_;
  std::int64_t until_next_look_ = 0;  // bytes
  TimePoint next_look_{};
  bool has_room_ = true;
};

}  // namespace odradek::broker
