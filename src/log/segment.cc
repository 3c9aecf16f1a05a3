// SPDX-License-Identifier: Apache-2.0
#include "log/segment.h"

#include "base/parse_number.h"
#include "log/log_config.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

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

// None where it cannot be read: whoever is sent it will see.
std::optional<Offset> last_record_of(const wire::BatchView& batch) {
  const auto records = wire::decompress(batch.codec(), batch.records(), max_decompressed_batch);
  if (!records) return std::nullopt;
  std::optional<Offset> last;
  wire::RecordReader reader(*records, batch.record_count());
  while (const auto record = reader.next()) last = batch.base_offset() + record->offset_delta;
  return last;
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
  own_from_ = 0;
  TRY(file_, files_.open(log_path(), FileSystem::Open::create));
  // Of a segment of this name that a power cut took.
  auto removed = files_.remove(path_of(".txnindex"));
  if (!removed && removed.error().fault != Fault::not_found) return removed;
  return file_->truncate(0);
}

Result<> Segment::load(Damage damage) {
  if (file_) return {};
  auto loaded = load_files(damage);
  if (!loaded) file_.reset();  // half a picture is none: the next call tries again
  return loaded;
}

Result<> Segment::load_files(Damage damage) {
  TRY(file_, files_.open(log_path(), FileSystem::Open::existing));
  TRY(size_, file_->size());
  own_from_ = size_;
  TRY(const bool index_knows_more, load_index_files());
  TRY(const std::int64_t whole, scan_behind_last_entry());
  if (damage == Damage::ends_the_search) return {};
  if (whole < size_) return damaged_at(whole);
  const bool is_short = index_knows_more && next_base_ && end() < *next_base_;
  return is_short ? Result<>(damaged_at(size_)) : Result<>();
}

// True where the index speaks of more than the file has.
Result<bool> Segment::load_index_files() {
  TRY(const Buffer offsets, read_or_empty(files_, path_of(".index")));
  TRY(const Buffer times, read_or_empty(files_, path_of(".timeindex")));
  offsets_.load(offsets);
  const std::size_t entries = offsets_.entries().size();
  offsets_.keep_while([&](const OffsetEntry& entry) { return entry.position < size_; });
  times_.load(times);
  return offsets_.entries().size() < entries;
}

Result<> Segment::reload_aborted() {
  const auto content = files_.read_file(path_of(".txnindex"), max_index_bytes + AbortedEntry::size);
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
  }
  // What another process wrote is synced with what this one writes.
  if (!aborted_.entries().empty() && !transaction_file_) {
    TRY(transaction_file_, files_.open(path_of(".txnindex"), FileSystem::Open::create));
  }
  aborted_.keep_while([&](const AbortedEntry& entry) { return entry.last_offset < offset; });
  return {};
}

Result<> Segment::flush_aborted() {
  if (aborted_.is_flushed()) return {};
  if (!transaction_file_) {
    TRY(transaction_file_, files_.open(path_of(".txnindex"), FileSystem::Open::create));
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

// Whether an entry leads to its batch; else the index is not of this log, or damaged.
Result<bool> Segment::is_right(const OffsetEntry& entry) {
  BatchScanner probe = scanner(entry.position, size_, BatchScanner::Read::headers);
  TRY(const auto found, probe.next());
  return found && found->batch.next_offset() == base_offset_ + (entry.relative_offset + 1);
}

Result<bool> Segment::is_right(const TimeEntry& entry) {
  const Offset offset = base_offset_ + entry.relative_offset;
  TRY(const std::int64_t position, position_at_or_before(offset));
  BatchScanner scanner = this->scanner(position, size_, BatchScanner::Read::headers);
  for (;;) {
    TRY(const auto found, scanner.next());
    if (!found) return false;
    if (found->batch.next_offset() <= offset) continue;
    return found->batch.next_offset() == offset + 1 &&
           found->batch.max_timestamp().value == entry.timestamp;
  }
}

// Where the batch of the last index entry begins; an index that does not lead to a batch boundary
// is not of this log, and is dropped.
Result<std::int64_t> Segment::end_of_index() {
  if (!offsets_.entries().empty() && !times_.entries().empty()) {
    TRY(const bool leads_to_batch, is_right(offsets_.entries().back()));
    TRY(const bool knows_time, is_right(times_.entries().back()));
    if (leads_to_batch && knows_time && !offsets_.entries().empty()) {
      return offsets_.entries().back().position;
    }
  }
  offsets_.clear();
  times_.clear();
  return 0;
}

// Finds out what the indexes do not say: the batches behind their last entry, and the timestamp of
// the first batch. Returns where whole batches end.
Result<std::int64_t> Segment::scan_behind_last_entry() {
  TRY(const std::int64_t position, end_of_index());
  BatchScanner first = scanner(0, size_, BatchScanner::Read::headers);
  TRY(const auto opening, first.next());
  if (opening) first_timestamp_ = opening->batch.max_timestamp();
  const std::int64_t end = size_;
  size_ = position;
  bytes_since_entry_ = 0;
  if (!times_.entries().empty()) {
    max_timestamp_ = {times_.entries().back().timestamp};
    offset_of_max_timestamp_ = base_offset_ + times_.entries().back().relative_offset;
  }
  BatchScanner rest = scanner(position, end, BatchScanner::Read::headers);
  for (;;) {
    TRY(const auto found, rest.next());
    if (!found) break;
    note(found->batch, default_index_interval);
  }
  return std::exchange(size_, end);
}

Result<> Segment::rebuild_indexes() {
  offsets_.clear();
  times_.clear();
  max_timestamp_ = {};
  TRY(scan_behind_last_entry());
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
    own_from_ = size_;
    TRY(size_, end_of_index());
  }
  TRY(const std::int64_t file_end, file_->size());
  BatchScanner scanner = this->scanner(size_, file_end, BatchScanner::Read::headers);
  for (;;) {
    TRY(const auto found, scanner.next());
    if (!found || found->batch.base_offset() >= end) return {};
    note(found->batch, default_index_interval);
    each(found->batch);
  }
}

Result<std::int64_t> Segment::replay(std::int64_t begin, std::int64_t end, const EachBatch& each) {
  BatchScanner scanner = this->scanner(begin, end, BatchScanner::Read::headers);
  for (;;) {
    TRY(const auto found, scanner.next());
    if (!found) return scanner.position();
    each(found->batch);
  }
}

Result<std::int64_t> Segment::recover(std::int64_t position, Offset next, const EachBatch& each) {
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
  BatchScanner scanner = this->scanner(position, end, BatchScanner::Read::whole_batches);
  scanner.expect(next);
  for (;;) {
    TRY(const auto found, scanner.next());
    if (!found) break;
    note(found->batch, default_index_interval);
    each(found->batch);
  }
  own_from_ = std::min(own_from_, position);
  return end - size_;
}

// In the last segment nothing was compacted yet.
BatchScanner Segment::scanner(std::int64_t begin, std::int64_t end, BatchScanner::Read read) {
  BatchScanner scanner(*file_, begin, end, read);
  if (begin == 0) scanner.expect(base_offset_);
  if (!next_base_) scanner.expect(BatchScanner::Gaps::never);
  return scanner;
}

Result<> Segment::cut() { return file_->truncate(size_); }

void Segment::note(const wire::BatchView& batch, std::int32_t index_interval_bytes) {
  const Offset last = batch.base_offset() + batch.last_offset_delta();
  if (size_ == 0) first_timestamp_ = batch.max_timestamp();
  if (batch.max_timestamp() > max_timestamp_) {
    max_timestamp_ = batch.max_timestamp();
    offset_of_max_timestamp_ = last;
  }
  last_batch_ = {static_cast<std::int32_t>(last - base_offset_), static_cast<std::int32_t>(size_)};
  if (bytes_since_entry_ > index_interval_bytes) {
    offsets_.add(*last_batch_);
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

Result<std::int64_t> Segment::position_at_or_before(Offset offset) {
  const auto is_before = [&](const OffsetEntry& each) {
    return each.relative_offset <= offset - base_offset_;
  };
  auto entry = offsets_.last_where(is_before);
  if (!entry) return 0;
  TRY(const bool right, is_right(*entry));
  if (right) return entry->position;
  TRY(rebuild_indexes());
  entry = offsets_.last_where(is_before);
  return entry ? entry->position : 0;
}

Error Segment::damaged_at(std::int64_t position) const {
  return {Fault::corrupt, log_path() + ": damaged at byte " + std::to_string(position)};
}

Result<bool> Segment::has_record_from(std::int64_t position, Offset offset) {
  BatchScanner scanner = this->scanner(position, size_, BatchScanner::Read::headers);
  for (;;) {
    TRY(const auto found, scanner.next());
    if (!found) return false;
    const wire::BatchView& batch = found->batch;
    // Compaction takes records, and never changes where a batch ends.
    const bool is_whole = batch.record_count() > batch.last_offset_delta();
    const bool is_behind = batch.record_count() > 0 && batch.base_offset() >= offset;
    if (is_whole || is_behind || batch.is_control()) return true;
    // That it has none is believed of a batch that is not damaged only.
    TRY(const Buffer bytes, read({found->position, found->size}));
    if (batch.record_count() == 0) continue;
    const auto last = last_record_of(wire::BatchView(bytes));
    if (!last || *last >= offset) return true;
  }
}

Result<std::int64_t> Segment::position_of(Offset offset, Damage damage) {
  TRY(load());
  TRY(const std::int64_t begin, position_at_or_before(offset));
  BatchScanner scanner = this->scanner(begin, size_, BatchScanner::Read::headers);
  Extent before;
  for (;;) {
    TRY(const auto found, scanner.next());
    const bool is_damaged = !found && scanner.position() < size_;
    if (is_damaged && damage == Damage::is_an_error) return damaged_at(scanner.position());
    if (found && found->batch.next_offset() <= offset) {
      before = {found->position, found->size};
      continue;
    }
    // Compaction took the record, or the batch before only seems to end before it.
    const bool is_gone =
        found ? found->batch.base_offset() > offset : next_base_ && offset < *next_base_;
    if (is_gone && before.size > 0 && damage == Damage::is_an_error) {
      TRY(check(before));
    }
    return found ? found->position : scanner.position();
  }
}

Result<std::int64_t> Segment::boundary(std::int64_t begin, std::size_t max_bytes,
                                       std::int64_t end) {
  const auto most = begin + static_cast<std::int64_t>(max_bytes);
  if (end <= most) return end;
  const auto entry =
      offsets_.last_where([&](const OffsetEntry& each) { return each.position <= most; });
  const bool is_ahead = entry && entry->position > begin;
  TRY(const bool right, is_ahead ? is_right(*entry) : Result<bool>(false));
  if (right) return entry->position;
  BatchScanner scanner = this->scanner(begin, end, BatchScanner::Read::headers);
  std::int64_t reached = begin;
  for (;;) {
    TRY(const auto found, scanner.next());
    if (!found && reached == begin) return damaged_at(begin);
    if (!found || (reached > begin && scanner.position() > most)) return reached;
    reached = scanner.position();
  }
}

Result<std::optional<Segment::Extent>> Segment::batch_at_time(Timestamp timestamp, Offset offset) {
  TRY(load());
  if (max_timestamp_ < timestamp) return std::nullopt;
  const auto is_before = [&](const TimeEntry& each) { return each.timestamp < timestamp.value; };
  auto entry = times_.last_where(is_before);
  TRY(const bool right, entry ? is_right(*entry) : Result<bool>(true));
  if (!right) {
    TRY(rebuild_indexes());
    entry = times_.last_where(is_before);
  }
  const Offset from = entry ? base_offset_ + entry->relative_offset : base_offset_;
  TRY(const std::int64_t begin, position_at_or_before(std::max(from, offset)));
  BatchScanner scanner = this->scanner(begin, size_, BatchScanner::Read::headers);
  for (;;) {
    TRY(const auto found, scanner.next());
    if (!found && scanner.position() < size_) return damaged_at(scanner.position());
    if (!found) return std::nullopt;
    if (found->batch.next_offset() <= offset) continue;
    if (found->batch.max_timestamp() >= timestamp) return Extent{found->position, found->size};
  }
}

Result<> Segment::check(Extent extent) {
  const std::int64_t checked_end = checked_.position + checked_.size;
  const bool goes_on = checked_.position <= extent.position && extent.position <= checked_end;
  if (!goes_on) checked_ = {extent.position, 0};
  const std::int64_t begin = goes_on ? checked_end : extent.position;
  const std::int64_t end = std::min(extent.position + extent.size, own_from_);
  if (begin >= end) return {};
  BatchScanner scanner = this->scanner(begin, end, BatchScanner::Read::whole_batches);
  if (checked_.size > 0) scanner.expect(checked_next_);
  Offset next = checked_next_;
  for (;;) {
    TRY(const auto found, scanner.next());
    if (!found) break;
    next = found->batch.next_offset();
  }
  if (scanner.position() < end) return damaged_at(scanner.position());
  TRY(const bool is_right, may_end_at(end, next));
  if (!is_right) return damaged_at(end);
  checked_.size = end - checked_.position;
  checked_next_ = next;
  return {};
}

// Whether what stands there follows those offsets. Where it is no batch it says nothing of them.
Result<bool> Segment::may_end_at(std::int64_t position, Offset next) {
  if (position == size_) return !next_base_ || next <= *next_base_;
  BatchScanner scanner(*file_, position, size_, BatchScanner::Read::headers);
  TRY(const auto found, scanner.next());
  return !found || found->batch.base_offset() >= next;
}

Result<Buffer> Segment::read(Extent extent) {
  TRY(load());
  TRY(check(extent));
  Buffer bytes(static_cast<std::size_t>(extent.size));
  TRY(const std::size_t got, file_->read(bytes, extent.position));
  if (got != bytes.size()) return Error{Fault::corrupt, log_path() + ": ends inside a batch"};
  return bytes;
}

Result<> Segment::flush_indexes(Flush how) {
  if (how == Flush::sealed && size_ > 0) {
    if (last_batch_) offsets_.add(*last_batch_);
    times_.add(
        {max_timestamp_.value, static_cast<std::int32_t>(offset_of_max_timestamp_ - base_offset_)});
  }
  TRY(const FilePtr offsets, files_.open(path_of(".index"), FileSystem::Open::create));
  TRY(offsets_.flush(*offsets));
  TRY(const FilePtr times, files_.open(path_of(".timeindex"), FileSystem::Open::create));
  TRY(times_.flush(*times));
  return flush_aborted();
}

namespace {

// The index goes before the log: an index without a log is a log that was lost.
constexpr std::array<std::string_view, 4> suffixes{".index", ".timeindex", ".txnindex", ".log"};

}  // namespace

Result<> Segment::remove_files() {
  for (const std::string_view suffix : suffixes) {
    auto removed = files_.remove(path_of(suffix));
    if (!removed && removed.error().fault != Fault::not_found) return removed;
  }
  return {};
}

Result<std::vector<std::string>> Segment::set_aside() {
  std::vector<std::string> aside;
  for (const std::string_view suffix : suffixes) {
    const std::string path = path_of(suffix);
    if (!files_.exists(path)) continue;
    aside.push_back(path + std::string(aside_mark));
    TRY(files_.rename(path, aside.back()));
  }
  return aside;
}

Result<> Segment::remove_aside(FileSystem& files, const std::vector<std::string>& paths) {
  for (const std::string& path : paths) {
    auto removed = files.remove(path);
    if (!removed && removed.error().fault != Fault::not_found) return removed;
  }
  return {};
}

Result<> Segment::rename_files(std::string_view mark) {
  for (const std::string_view suffix : suffixes) {
    const std::string path = path_of(suffix);
    if (!files_.exists(path)) continue;
    TRY(files_.rename(path, path_ + std::string(suffix) + std::string(mark)));
  }
  mark_ = mark;
  return {};
}

bool Segment::index_is_full() const {
  return (offsets_.entries().size() + 1) * OffsetEntry::size > max_index_bytes ||
         (aborted_.entries().size() + 1) * AbortedEntry::size > max_index_bytes;
}

}  // namespace odradek::log
