// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/crc32c.h"
#include "log/segment_index.h"

#include <array>
#include <cstdint>
#include <deque>

namespace odradek::log {

// Kafka's `.txnindex` has no checksum, and an entry that is missing shows an aborted record to
// those who read committed ones. So the checkpoint has a sum of all entries that are on the disk.
class AbortedSum {
 public:
  // An entry behind all others; it counts once the log is synced past its marker.
  void add(const AbortedEntry& entry) { unsynced_.push_back({entry.last_offset, of(entry)}); }
  void synced(Offset end) {
    for (; !unsynced_.empty() && unsynced_.front().marker < end; unsynced_.pop_front()) {
      value_ += unsynced_.front().value;
    }
  }
  // The oldest entry goes with its segment.
  void remove_first(const AbortedEntry& entry) {
    const bool is_unsynced = !unsynced_.empty() && unsynced_.front().marker <= entry.last_offset;
    if (is_unsynced) return unsynced_.pop_front();
    value_ -= of(entry);
  }
  void clear() { *this = {}; }

  std::uint32_t value() const { return value_; }

 private:
  struct Unsynced {
    Offset marker;
    std::uint32_t value;
  };
  static std::uint32_t of(const AbortedEntry& entry) {
    std::array<std::byte, AbortedEntry::size> bytes;
    entry.store(bytes.data());
    return crc32c(bytes);
  }

  std::uint32_t value_ = 0;  // of all the synced ones' checksums
  std::deque<Unsynced> unsynced_;
};

}  // namespace odradek::log
