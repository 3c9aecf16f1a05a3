// SPDX-License-Identifier: Apache-2.0
#include "log/segment.h"

#include "base/parse_number.h"

#include <fmt/format.h>

#include <algorithm>

namespace odradek::log {
namespace {

constexpr std::int32_t default_index_interval = 4096;
// Kafka's segment.index.bytes: the size that an index may reach before the segment is rolled.
constexpr std::size_t max_index_bytes = 10 << 20;

Result<Buffer> read_or_empty(FileSystem& files, const std::string& path) {
  auto content = files.read_file(path);
  if (!content && content.error().fault == Fault::not_found) return Buffer{};
  return content;
}

}  // namespace

std::string offset_in_file_name(Offset offset) { return fmt::format("{:020}", offset.value); }

std::optional<Offset> offset_in_file_name(std::string_view name, std::string_view suffix) {
  constexpr std::size_t digits = 20;
  if (name.size() != digits + suffix.size() || !name.ends_with(suffix)) return std::nullopt;
  const auto number = parse_number<std::int64_t>(name.substr(0, digits));
  if (!number) return std::nullopt;
  return Offset{*number};
}

Result<> Segment::create() {
  TRY(file_, files_.open(log_path(), FileSystem::Open::create));
  // Of a segment of this name that a power cut took.
  auto removed = files_.remove(path_ + ".txnindex");
  if (!removed && removed.error().fault != Fault::not_found) return removed;
  return file_->truncate(0);
}

Result<> Segment::load() {
  if (file_) return {};
  auto loaded = load_files();
  if (!loaded) file_.reset();  // half a picture is none: the next call tries again
  return loaded;
}

Result<> Segment::load_files() {
  TRY(file_, files_.open(log_path(), FileSystem::Open::existing));
  TRY(size_, file_->size());
  TRY(load_index_files());
  return scan_behind_last_entry();
}

Result<> Segment::load_index_files() {
  TRY(const Buffer offsets, read_or_empty(files_, path_ + ".index"));
  TRY(const Buffer times, read_or_empty(files_, path_ + ".timeindex"));
  offsets_.load(offsets);
  offsets_.keep_while([&](const OffsetEntry& entry) { return entry.position < size_; });
  times_.load(times);
  return {};
}

Result<> Segment::reload_aborted() {
  const auto content = files_.read_file(path_ + ".txnindex", max_index_bytes + AbortedEntry::size);
  if (!content && content.error().fault != Fault::not_found) return content.error();
  has_unread_aborted_ = false;
  if (!content) return {};  // none yet, or gone with the segment: what is known stays
  aborted_.load(*content);
  const auto& entries = aborted_.entries();
  if (!entries.empty() && entries.front().last_offset < base_offset_) aborted_.clear();
  return {};
}

Result<> Segment::forget_aborted_from(Offset offset) {
  if (has_unread_aborted_) {
    TRY(reload_aborted());
    // What another process wrote is synced with what this one writes.
    TRY(transaction_file_, files_.open(path_ + ".txnindex", FileSystem::Open::create));
  }
  aborted_.keep_while([&](const AbortedEntry& entry) { return entry.last_offset < offset; });
  return {};
}

Result<> Segment::flush_aborted() {
  if (aborted_.is_flushed()) return {};
  if (!transaction_file_) {
    TRY(transaction_file_, files_.open(path_ + ".txnindex", FileSystem::Open::create));
  }
  return aborted_.flush(*transaction_file_);
}

Result<bool> Segment::find_aborted(Offset from, Offset end, std::vector<AbortedEntry>& found) {
  if (has_unread_aborted_) {
    TRY(reload_aborted());
  }
  for (const AbortedEntry& each : aborted_.entries()) {
    if (each.last_offset >= from && each.first_offset < end) found.push_back(each);
    // What ends later began behind the range.
    if (each.last_stable_offset >= end) return true;
  }
  return false;
}

// Where the batch of the last index entry begins; an index that does not lead to a batch boundary
// is not of this log, and is dropped.
Result<std::int64_t> Segment::end_of_index() {
  if (!offsets_.entries().empty() && !times_.entries().empty()) {
    const OffsetEntry last = offsets_.entries().back();
    BatchScanner probe(*file_, last.position, size_, BatchScanner::Read::headers);
    TRY(const auto found, probe.next());
    const Offset expected = base_offset_ + last.relative_offset;
    if (found && found->batch.next_offset() == expected + 1) return last.position;
  }
  offsets_.clear();
  times_.clear();
  return 0;
}

// Finds out what the indexes do not say: the batches behind their last entry, and the timestamp of
// the first batch.
Result<> Segment::scan_behind_last_entry() {
  TRY(const std::int64_t position, end_of_index());
  BatchScanner first(*file_, 0, size_, BatchScanner::Read::headers);
  TRY(const auto opening, first.next());
  if (opening) first_timestamp_ = opening->batch.max_timestamp();
  const std::int64_t end = size_;
  size_ = position;
  bytes_since_entry_ = 0;
  if (!times_.entries().empty()) {
    max_timestamp_ = {times_.entries().back().timestamp};
    offset_of_max_timestamp_ = base_offset_ + times_.entries().back().relative_offset;
  }
  BatchScanner rest(*file_, position, end, BatchScanner::Read::headers);
  for (;;) {
    TRY(const auto found, rest.next());
    if (!found) break;
    note(found->batch, default_index_interval);
  }
  size_ = end;
  return {};
}

Result<> Segment::extend(Offset end, const EachBatch& each) {
  if (!file_) {
    TRY(FilePtr file, files_.open(log_path(), FileSystem::Open::read_only));
    TRY(size_, file->size());
    TRY(load_index_files());
    offsets_.keep_while(
        [&](const OffsetEntry& entry) { return base_offset_ + entry.relative_offset < end; });
    file_ = std::move(file);
    TRY(size_, end_of_index());
  }
  TRY(const std::int64_t file_end, file_->size());
  BatchScanner scanner(*file_, size_, file_end, BatchScanner::Read::headers);
  for (;;) {
    TRY(const auto found, scanner.next());
    if (!found || found->batch.base_offset() >= end) return {};
    note(found->batch, default_index_interval);
    each(found->batch);
  }
}

Result<std::int64_t> Segment::recover(std::int64_t position, const EachBatch& each) {
  const std::int64_t end = size_;
  offsets_.keep_while([&](const OffsetEntry& entry) { return entry.position < position; });
  const std::int32_t known =
      offsets_.entries().empty() ? -1 : offsets_.entries().back().relative_offset;
  times_.keep_while([&](const TimeEntry& entry) { return entry.relative_offset <= known; });
  max_timestamp_ =
      times_.entries().empty() ? Timestamp{} : Timestamp{times_.entries().back().timestamp};
  offset_of_max_timestamp_ =
      base_offset_ + (times_.entries().empty() ? 0 : times_.entries().back().relative_offset);
  size_ = position;
  bytes_since_entry_ = 0;
  BatchScanner scanner(*file_, position, end, BatchScanner::Read::whole_batches);
  for (;;) {
    TRY(const auto found, scanner.next());
    if (!found) break;
    note(found->batch, default_index_interval);
    each(found->batch);
  }
  return end - size_;
}

Result<> Segment::cut() { return file_->truncate(size_); }

void Segment::note(const wire::BatchView& batch, std::int32_t index_interval_bytes) {
  const Offset last = batch.base_offset() + batch.last_offset_delta();
  if (size_ == 0) first_timestamp_ = batch.max_timestamp();
  if (batch.max_timestamp() > max_timestamp_) {
    max_timestamp_ = batch.max_timestamp();
    offset_of_max_timestamp_ = last;
  }
  if (bytes_since_entry_ > index_interval_bytes) {
    offsets_.add(
        {static_cast<std::int32_t>(last - base_offset_), static_cast<std::int32_t>(size_)});
    times_.add(
        {max_timestamp_.value, static_cast<std::int32_t>(offset_of_max_timestamp_ - base_offset_)});
    bytes_since_entry_ = 0;
  }
  bytes_since_entry_ += batch.size();
  size_ += batch.size();
}

std::optional<Offset> Segment::offset_behind(std::int64_t position) const {
  const auto& entries = offsets_.entries();
  const auto found =
      std::partition_point(entries.begin(), entries.end(),
                           [&](const OffsetEntry& each) { return each.position < position; });
  if (found == entries.end()) return std::nullopt;
  return base_offset_ + found->relative_offset + 1;
}

std::int64_t Segment::position_at_or_before(Offset offset) const {
  const auto entry = offsets_.last_where(
      [&](const OffsetEntry& each) { return each.relative_offset <= offset - base_offset_; });
  return entry ? entry->position : 0;
}

Result<std::int64_t> Segment::position_of(Offset offset) {
  TRY(load());
  BatchScanner scanner(*file_, position_at_or_before(offset), size_, BatchScanner::Read::headers);
  for (;;) {
    TRY(const auto found, scanner.next());
    if (!found) return scanner.position();
    if (found->batch.next_offset() > offset) return found->position;
  }
}

Result<std::int64_t> Segment::boundary(std::int64_t begin, std::size_t max_bytes,
                                       std::int64_t end) {
  const auto most = begin + static_cast<std::int64_t>(max_bytes);
  if (end <= most) return end;
  const auto entry =
      offsets_.last_where([&](const OffsetEntry& each) { return each.position <= most; });
  if (entry && entry->position > begin) return entry->position;
  BatchScanner scanner(*file_, begin, end, BatchScanner::Read::headers);
  std::int64_t reached = begin;
  for (;;) {
    TRY(const auto found, scanner.next());
    if (!found || (reached > begin && scanner.position() > most)) return reached;
    reached = scanner.position();
  }
}

Result<std::optional<Segment::Extent>> Segment::batch_at_time(Timestamp timestamp, Offset offset) {
  TRY(load());
  if (max_timestamp_ < timestamp) return std::nullopt;
  const auto entry =
      times_.last_where([&](const TimeEntry& each) { return each.timestamp < timestamp.value; });
  const Offset from = entry ? base_offset_ + entry->relative_offset : base_offset_;
  BatchScanner scanner(*file_, position_at_or_before(std::max(from, offset)), size_,
                       BatchScanner::Read::headers);
  for (;;) {
    TRY(const auto found, scanner.next());
    if (!found) return std::nullopt;
    if (found->batch.next_offset() <= offset) continue;
    if (found->batch.max_timestamp() >= timestamp) return Extent{found->position, found->size};
  }
}

Result<Buffer> Segment::read(Extent extent) {
  TRY(load());
  Buffer bytes(static_cast<std::size_t>(extent.size));
  TRY(const std::size_t got, file_->read(bytes, extent.position));
  if (got != bytes.size()) return Error{Fault::corrupt, log_path() + ": ends inside a batch"};
  return bytes;
}

Result<> Segment::flush_indexes(Flush how) {
  if (how == Flush::sealed && size_ > 0) {
    times_.add(
        {max_timestamp_.value, static_cast<std::int32_t>(offset_of_max_timestamp_ - base_offset_)});
  }
  TRY(const FilePtr offsets, files_.open(path_ + ".index", FileSystem::Open::create));
  TRY(offsets_.flush(*offsets));
  TRY(const FilePtr times, files_.open(path_ + ".timeindex", FileSystem::Open::create));
  TRY(times_.flush(*times));
  return flush_aborted();
}

Result<> Segment::remove_files() {
  for (const char* suffix : {".log", ".index", ".timeindex", ".txnindex"}) {
    auto removed = files_.remove(path_ + suffix);
    if (!removed && removed.error().fault != Fault::not_found) return removed;
  }
  return {};
}

bool Segment::index_is_full() const {
  return (offsets_.entries().size() + 1) * OffsetEntry::size > max_index_bytes ||
         (aborted_.entries().size() + 1) * AbortedEntry::size > max_index_bytes;
}

}  // namespace odradek::log
