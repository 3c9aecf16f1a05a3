// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.h"
#include "base/ids.h"
#include "base/result.h"
#include "log/file.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

// The two sparse indexes of a segment and the one of its aborted transactions, in Kafka's file
// formats (docs/format-segment.md). All are caches of the log: whatever looks wrong in them is
// thrown away and rebuilt.
namespace odradek::log {

// `.index`: the last offset of a batch, relative to the segment, and where the batch begins.
struct OffsetEntry {
  static constexpr std::size_t size = 8;
  std::int32_t relative_offset = 0;
  std::int32_t position = 0;

  static OffsetEntry load(const std::byte* at) {
    return {load_big<std::int32_t>(at), load_big<std::int32_t>(at + 4)};
  }
  void store(std::byte* at) const {
    store_big(at, relative_offset);
    store_big(at + 4, position);
  }
  bool may_be_first() const { return relative_offset >= 0 && position >= 0; }
  // Both columns grow from entry to entry.
  bool may_follow(const OffsetEntry& before) const {
    return relative_offset > before.relative_offset && position > before.position;
  }
};

// `.timeindex`: the largest timestamp so far, and the last offset of the batch that has it.
struct TimeEntry {
  static constexpr std::size_t size = 12;
  std::int64_t timestamp = -1;
  std::int32_t relative_offset = 0;

  static TimeEntry load(const std::byte* at) {
    return {load_big<std::int64_t>(at), load_big<std::int32_t>(at + 8)};
  }
  void store(std::byte* at) const {
    store_big(at, timestamp);
    store_big(at + 8, relative_offset);
  }
  bool may_be_first() const { return relative_offset >= 0; }
  bool may_follow(const TimeEntry& before) const {
    return timestamp > before.timestamp && relative_offset >= before.relative_offset;
  }
};

// `.txnindex`: a transaction that was aborted by a marker in this segment.
struct AbortedEntry {
  static constexpr std::size_t size = 34;
  static constexpr std::int16_t format = 0;
  ProducerId producer;
  Offset first_offset;
  Offset last_offset;         // its marker's
  Offset last_stable_offset;  // once it had ended

  static AbortedEntry load(const std::byte* at) {
    if (load_big<std::int16_t>(at) != format) return {{}, {-1}, {-1}, {-1}};
    return {{load_big<std::int64_t>(at + 2)},
            {load_big<std::int64_t>(at + 10)},
            {load_big<std::int64_t>(at + 18)},
            {load_big<std::int64_t>(at + 26)}};
  }
  void store(std::byte* at) const {
    store_big(at, format);
    store_big(at + 2, producer.value);
    store_big(at + 10, first_offset.value);
    store_big(at + 18, last_offset.value);
    store_big(at + 26, last_stable_offset.value);
  }
  bool may_be_first() const { return first_offset.value >= 0 && first_offset < last_offset; }
  bool may_follow(const AbortedEntry& before) const {
    return may_be_first() && last_offset > before.last_offset;
  }
};

// Entries in memory, in order, and how many of them the file has already.
template <class Entry>
class SegmentIndex {
 public:
  const std::vector<Entry>& entries() const { return entries_; }

  // Adds an entry, unless it would break the order.
  bool add(const Entry& entry) {
    const bool fits = entries_.empty() || entry.may_follow(entries_.back());
    if (fits) entries_.push_back(entry);
    return fits;
  }

  // The last entry for which `is_at_or_before` holds; it must hold for a prefix of the entries.
  template <class Predicate>
  std::optional<Entry> last_where(Predicate is_at_or_before) const {
    const auto end = std::partition_point(entries_.begin(), entries_.end(), is_at_or_before);
    if (end == entries_.begin()) return std::nullopt;
    return *std::prev(end);
  }

  // Forgets the entries for which `is_kept` does not hold; the next flush() cuts the file.
  template <class Predicate>
  void keep_while(Predicate is_kept) {
    const auto end = std::partition_point(entries_.begin(), entries_.end(), is_kept);
    entries_.erase(end, entries_.end());
    if (flushed_ > entries_.size()) flushed_ = rewrite;
  }
  void clear() {
    entries_.clear();
    flushed_ = rewrite;
  }

  // Takes the entries from the file's bytes up to the first that cannot follow the one before:
  // Kafka leaves zeros behind the last one until it closes the file.
  void load(Bytes content) {
    entries_.clear();
    for (; content.size() >= Entry::size; content = content.subspan(Entry::size)) {
      const Entry entry = Entry::load(content.data());
      const bool fits = entries_.empty() ? entry.may_be_first() : entry.may_follow(entries_.back());
      if (!fits) break;
      entries_.push_back(entry);
    }
    flushed_ = content.empty() ? entries_.size() : rewrite;
  }

  // Brings the file up to date; it is not synced here.
  Result<> flush(File& file) {
    const bool anew = flushed_ == rewrite;
    const std::size_t first = anew ? 0 : flushed_;
    Buffer content((entries_.size() - first) * Entry::size);
    for (std::size_t i = first; i < entries_.size(); ++i) {
      entries_[i].store(content.data() + (i - first) * Entry::size);
    }
    const Bytes piece(content);
    if (!content.empty()) {
      TRY(file.write(std::span(&piece, 1), static_cast<std::int64_t>(first * Entry::size)));
    }
    if (anew) {
      TRY(file.truncate(static_cast<std::int64_t>(entries_.size() * Entry::size)));
    }
    flushed_ = entries_.size();
    return {};
  }
  bool is_flushed() const { return flushed_ == entries_.size(); }

 private:
  static constexpr std::size_t rewrite = ~std::size_t{0};
  std::vector<Entry> entries_;
  std::size_t flushed_ = 0;
};

using OffsetIndex = SegmentIndex<OffsetEntry>;
using TimeIndex = SegmentIndex<TimeEntry>;
using TransactionIndex = SegmentIndex<AbortedEntry>;

}  // namespace odradek::log
