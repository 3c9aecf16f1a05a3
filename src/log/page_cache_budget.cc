// SPDX-License-Identifier: Apache-2.0
#include "log/page_cache_budget.h"

#include <fcntl.h>
#include <unistd.h>

#include <utility>

namespace odradek::log {

OpenFile::~OpenFile() { ::close(descriptor_); }

void PageCacheBudget::wrote_behind(const std::shared_ptr<OpenFile>& file, std::int64_t begin,
                                   std::int64_t end) {
  if (most_ == unbounded) return;
  {
    const std::lock_guard lock(mutex_);
    ranges_.push_back({file, begin, end});
    bytes_ += end - begin;
  }
  for (const Range& old : take_surplus()) {
    const auto open = old.file.lock();
    // What is not on the disk yet stays, and is the kernel's to drop.
    if (open)
      ::posix_fadvise(open->descriptor(), old.begin, old.end - old.begin, POSIX_FADV_DONTNEED);
  }
}

std::deque<PageCacheBudget::Range> PageCacheBudget::take_surplus() {
  std::deque<Range> surplus;
  const std::lock_guard lock(mutex_);
  while (bytes_ > most_) {
    bytes_ -= ranges_.front().end - ranges_.front().begin;
    surplus.push_back(std::move(ranges_.front()));
    ranges_.pop_front();
  }
  return surplus;
}

}  // namespace odradek::log
