// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <limits>
#include <memory>
#include <mutex>

namespace odradek::log {

// A descriptor that is closed with the last who has it.
class OpenFile {
 public:
  explicit OpenFile(int descriptor) : descriptor_(descriptor) {}
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  ~OpenFile();
  int descriptor() const { return descriptor_; }

 private:
  int descriptor_;
};

// Bounds what our writing leaves in the kernel's page cache: other programs keep theirs, and the
// pages of new records are those of old ones, which are at hand, where the kernel would take pages
// that were not touched for long (of which a virtual machine may have to ask its host for each).
// Above the bound the oldest go that are on the disk. Thread-safe.
class PageCacheBudget {
 public:
  static constexpr std::int64_t unbounded = std::numeric_limits<std::int64_t>::max();
  explicit PageCacheBudget(std::int64_t bytes) : most_(bytes) {}

  // The kernel was asked to write a range of a file. It is counted until it is dropped, even where
  // the file is closed or removed sooner. May take a while: drops what is too much by that.
  void wrote_behind(const std::shared_ptr<OpenFile>& file, std::int64_t begin, std::int64_t end);

 private:
  struct Range {
    std::weak_ptr<OpenFile> file;
    std::int64_t begin = 0;
    std::int64_t end = 0;
  };
  std::deque<Range> take_surplus();

  const std::int64_t most_;
  std::mutex mutex_;
  std::deque<Range> ranges_;  // oldest first
  std::int64_t bytes_ = 0;
};

}  // namespace odradek::log
