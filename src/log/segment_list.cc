// SPDX-License-Identifier: Apache-2.0
#include "log/segment_list.h"

#include "log/batch_validator.h"
#include "wire/record_batch.h"

#include <algorithm>
#include <utility>

namespace odradek::log {
namespace {

using wire::BatchView;

// Cold reads below this size are copied into memory; above it the kernel sends the file itself.
constexpr std::size_t smallest_file_slice = 64 << 10;

std::optional<Stamped> find_in_batch(const BatchView& batch, Timestamp wanted, Offset start) {
  const Stamped at_start{std::max(batch.base_offset(), start), batch.max_timestamp(),
                         batch.leader_epoch()};
  if (batch.has_log_append_time()) return at_start;  // all its records have the same
  const auto records = wire::decompress(batch.codec(), batch.records(), max_decompressed_batch);
  if (!records) return at_start;  // it was stored as it came; this is as near as one gets
  wire::RecordReader reader(*records, batch.record_count());
  while (const auto record = reader.next()) {
    const Timestamp timestamp = batch.base_timestamp() + record->timestamp_delta;
    const Offset offset = batch.base_offset() + record->offset_delta;
    if (timestamp >= wanted && offset >= start) {
      return Stamped{offset, timestamp, batch.leader_epoch()};
    }
  }
  return std::nullopt;
}

}  // namespace

void SegmentList::add(std::unique_ptr<Segment> segment) {
  const Offset base = segment->base_offset();
  const auto added = by_offset_.emplace(base, std::move(segment)).first;
  layout_.reset();
  if (added != by_offset_.begin()) std::prev(added)->second->is_followed_by(base);
  if (const auto next = std::next(added); next != by_offset_.end()) {
    added->second->is_followed_by(next->first);
  }
}

std::vector<std::unique_ptr<Segment>> SegmentList::replace(const SegmentReplacement& replacement,
                                                           std::unique_ptr<Segment> segment) {
  generation_->is_over = true;
  generation_ = std::make_shared<SegmentLayout::Generation>();
  std::vector<std::unique_ptr<Segment>> old;
  const auto begin = by_offset_.lower_bound(replacement.first);
  const auto end = by_offset_.lower_bound(replacement.end);
  for (auto each = begin; each != end; ++each) old.push_back(std::move(each->second));
  by_offset_.erase(begin, end);
  add(std::move(segment));
  return old;
}

const SegmentLayoutPtr& SegmentList::layout() {
  if (layout_) return layout_;
  auto layout = std::make_shared<SegmentLayout>();
  layout->generation = generation_;
  for (const auto& [base, segment] : by_offset_) layout->bases.push_back(base);
  layout_ = std::move(layout);
  return layout_;
}

Result<SegmentList::Range> SegmentList::locate(Offset offset, Offset end, std::size_t max_bytes,
                                               const End& known) {
  auto segment = std::prev(by_offset_.upper_bound(std::max(offset, by_offset_.begin()->first)));
  std::int64_t begin = 0;
  for (;; ++segment) {
    if (segment == by_offset_.end()) return Range{};
    TRY(begin, segment->second->position_of(offset));
    if (begin == segment->second->size()) continue;
    // Of what compaction has left at the end of a segment nothing may be wanted. There are clients
    // that take an answer without a record for one that was cut off, so there is more in it if
    // there is more to be had.
    const auto next = std::next(segment);
    if (next == by_offset_.end() || next->first >= end) break;
    TRY(const bool has_record, segment->second->has_record_from(begin, offset));
    if (has_record) break;
  }
  Segment& found = *segment->second;
  const auto next = std::next(segment);
  const bool is_last = next == by_offset_.end();
  std::int64_t limit = is_last ? known.position : found.size();
  if (end < (is_last ? known.offset : next->first)) {
    TRY(limit, found.position_of(end));
  }
  TRY(const std::int64_t stop, found.boundary(begin, max_bytes, limit));
  const Offset behind = found.offset_behind(stop).value_or(is_last ? end : next->first);
  return Range{&found, {begin, stop - begin}, std::min(end, behind)};
}

Result<ReadableLog::Chunk> SegmentList::read(Offset offset, Offset end, std::size_t max_bytes,
                                             ReadableLog::First first, const End& known) {
  TRY(const Range range, locate(offset, end, max_bytes, known));
  ReadableLog::Chunk chunk{{}, offset};
  const auto size = static_cast<std::size_t>(range.extent.size);
  const bool must_fit = first == ReadableLog::First::only_if_it_fits;
  if (size == 0 || (must_fit && size > max_bytes)) return chunk;
  TRY(range.segment->check(range.extent));
  chunk.end = range.end;
  const FilePtr& file = range.segment->file();
  Slice slice{.size = size,
              .descriptor = file->descriptor(),
              .file_position = range.extent.position,
              .file_keeper = file};
  if (slice.size < smallest_file_slice || slice.descriptor < 0) {
    TRY(Buffer content, range.segment->read(range.extent));
    auto* const keeper = new BufferKeeper(std::move(content));
    slice.memory = keeper->bytes.data();
    slice.memory_keeper.reset(keeper);
  }
  chunk.slices.push_back(std::move(slice));
  return chunk;
}

Result<std::vector<AbortedEntry>> SegmentList::aborted(Offset begin, Offset end, Beside beside) {
  std::vector<AbortedEntry> found;
  if (by_offset_.empty()) return found;
  auto segment = std::prev(by_offset_.upper_bound(std::max(begin, by_offset_.begin()->first)));
  for (; segment != by_offset_.end(); ++segment) {
    if (beside == Beside::the_writer && std::next(segment) == by_offset_.end()) {
      TRY(segment->second->reload_aborted());
    }
    TRY(const bool was_last, segment->second->find_aborted(begin, end, found));
    if (was_last) break;
  }
  return found;
}

Result<Buffer> SegmentList::copy(Offset offset, std::size_t max_bytes, const End& known) {
  TRY(const Range range, locate(offset, known.offset, max_bytes, known));
  if (range.extent.size == 0) return Buffer{};
  return range.segment->read(range.extent);
}

Result<std::optional<Stamped>> SegmentList::find(Timestamp wanted, Offset start) {
  for (const auto& [base, segment] : by_offset_) {
    TRY(auto found, find_in(*segment, wanted, start));
    if (found) return found;
  }
  return std::nullopt;
}

Result<std::optional<Stamped>> SegmentList::find_max_timestamp(Offset start) {
  Segment* latest = nullptr;
  for (const auto& [base, segment] : by_offset_) {
    TRY(segment->load());
    if (!latest || segment->max_timestamp() > latest->max_timestamp()) latest = segment.get();
  }
  if (latest->max_timestamp() == Timestamp{}) return std::nullopt;
  return find_in(*latest, latest->max_timestamp(), start);
}

Result<std::optional<Stamped>> SegmentList::find_in(Segment& segment, Timestamp wanted,
                                                    Offset start) {
  // A header's largest time may belong to a record before the start, or be a lie: then look on.
  for (Offset from = start;;) {
    TRY(const auto extent, segment.batch_at_time(wanted, from));
    if (!extent) return std::nullopt;
    TRY(const Buffer bytes, segment.read(*extent));
    const BatchView batch(bytes);
    if (const auto found = find_in_batch(batch, wanted, start)) return found;
    from = batch.next_offset();
  }
}

Segment* SegmentList::oldest_before(Offset start) {
  const bool lies_before = by_offset_.size() > 1 && std::next(by_offset_.begin())->first <= start;
  return lies_before ? &first() : nullptr;
}

std::int64_t SegmentList::size() const {
  std::int64_t total = 0;
  for (const auto& [base, segment] : by_offset_) total += segment->size();
  return total;
}

}  // namespace odradek::log
