// SPDX-License-Identifier: Apache-2.0
#include "cleaner/compaction.h"

#include "log/batch_scanner.h"
#include "log/log_config.h"

#include <algorithm>

namespace odradek::cleaner {

using wire::BatchView;

namespace {

constexpr std::size_t write_block = 256 << 10;

std::string path_of(const std::string& directory, Offset base) {
  return directory + "/" + log::offset_in_file_name(base);
}

}  // namespace

// The batches of an old segment, whole and checked.
class Compaction::Source {
 public:
  static Result<std::unique_ptr<Source>> open(log::FileSystem& files, const std::string& path) {
    TRY(auto file, files.open(path, log::FileSystem::Open::read_only));
    TRY(const std::int64_t size, file->size());
    return std::unique_ptr<Source>(new Source(path, std::move(file), size));
  }

  // Empty at the end.
  Result<std::optional<log::BatchScanner::Found>> next() {
    TRY(auto found, scanner_.next());
    if (found || scanner_.position() == size_) return found;
    return Error{Fault::corrupt,
                 path_ + ": damaged at byte " + std::to_string(scanner_.position())};
  }
  bool is_at_end() const { return scanner_.position() == size_; }

 private:
  Source(const std::string& path, log::FilePtr file, std::int64_t size)
      : path_(path),
        file_(std::move(file)),
        size_(size),
        scanner_(*file_, 0, size, log::BatchScanner::Read::whole_batches) {}

  std::string path_;
  log::FilePtr file_;
  std::int64_t size_;
  log::BatchScanner scanner_;
};

Compaction::Compaction(CompactionJob job)
    : job_(std::move(job)), map_(job_.most_keys, job_.map_load, job_.seed) {
  const auto is_dirty = [this](const StoredSegment& each) { return each.end > job_.first_dirty; };
  segment_ = static_cast<std::size_t>(
      std::find_if(job_.segments.begin(), job_.segments.end(), is_dirty) - job_.segments.begin());
  // Those that ended before would be taken for ones that go on.
  std::vector<log::AbortedEntry> dirty;
  std::copy_if(
      job_.aborted.begin(), job_.aborted.end(), std::back_inserter(dirty),
      [this](const log::AbortedEntry& each) { return each.last_offset >= job_.first_dirty; });
  transactions_.add(dirty);
  outcome_.compacted_to = job_.segments.back().end;
}

Compaction::~Compaction() = default;

Result<bool> Compaction::step(std::int64_t bytes) {
  while (phase_ != Phase::done && bytes > 0) {
    if (!source_) {
      TRY(open_next_source());
      continue;
    }
    TRY(const auto found, source_->next());
    if (!found) {
      source_.reset();
      ++segment_;
      continue;
    }
    bytes -= found->size;
    outcome_.bytes_read += found->size;
    TRY(phase_ == Phase::mapping ? map(found->batch) : rewrite(found->batch));
  }
  return phase_ != Phase::done;
}

// Records without timestamps are as old as their file.
Result<> Compaction::keep_time(const SegmentGroup& group) {
  Timestamp latest{};
  for (std::size_t i = group.begin; i < group.end; ++i) {
    const std::string path = path_of(job_.directory, job_.segments[i].base) + ".log";
    TRY(const Timestamp time, job_.files.modified(path));
    latest = std::max(latest, time);
  }
  return job_.files.set_modified(target_->log_path(), latest);
}

Result<> Compaction::discard() {
  if (target_) {
    TRY(target_->remove_files());
  }
  for (const log::SegmentReplacement& each : outcome_.replacements) {
    log::Segment made(job_.files, path_of(job_.directory, each.first), each.first,
                      log::Segment::cleaned_mark);
    TRY(made.remove_files());
  }
  return {};
}

// Goes from one segment, group and phase to the next.
Result<> Compaction::open_next_source() {
  const bool is_mapped = is_full_ || segment_ == job_.segments.size();
  if (phase_ == Phase::mapping && is_mapped) end_mapping();
  if (phase_ == Phase::rewriting) {
    if (target_ && segment_ == groups_[group_].end) {
      TRY(end_group());
    }
    if (group_ == groups_.size()) {
      phase_ = Phase::done;
      return {};
    }
    if (!target_) {
      TRY(begin_group());
    }
  }
  const std::string path = path_of(job_.directory, job_.segments[segment_].base) + ".log";
  TRY(source_, Source::open(job_.files, path));
  return {};
}

Result<> Compaction::map(const BatchView& batch) {
  const bool has_nothing = transactions_.can_go(batch) || batch.is_control();
  const bool is_clean = batch.next_offset() <= job_.first_dirty;
  if (has_nothing || is_clean || is_full_) return {};
  TRY(const Bytes records,
      decompressor_.unpack(batch.codec(), batch.records(), log::max_decompressed_batch));
  keys_.clear();
  wire::RecordReader reader(records, batch.record_count());
  while (const auto record = reader.next()) {
    const Offset offset = batch.base_offset() + record->offset_delta;
    if (record->key && offset >= job_.first_dirty)
      keys_.emplace_back(map_.key(*record->key), offset);
  }
  if (!reader.ok()) {
    return Error{Fault::corrupt, "the batch at offset " +
                                     std::to_string(batch.base_offset().value) + " cannot be read"};
  }
  for (const auto& [key, offset] : keys_) {
    if (map_.put(key, offset)) continue;
    is_full_ = true;
    outcome_.compacted_to = offset;
    return {};
  }
  return {};
}

void Compaction::end_mapping() {
  const auto stays = [this](const StoredSegment& each) {
    return each.base >= outcome_.compacted_to;
  };
  std::erase_if(job_.segments, stays);
  outcome_.map_keys = map_.size();
  outcome_.map_bytes = map_.bytes();
  groups_ = group_segments(job_.segments, job_.segment_bytes);
  transactions_ = {};
  transactions_.add(job_.aborted);
  segment_ = 0;
  phase_ = Phase::rewriting;
}

Result<> Compaction::begin_group() {
  const Offset base = job_.segments[segment_].base;
  target_ = std::make_unique<log::Segment>(job_.files, path_of(job_.directory, base), base,
                                           log::Segment::cleaned_mark);
  filter_.emplace(FilterRules{.last_offsets = map_,
                              .known_end = outcome_.compacted_to,
                              .now = job_.now,
                              .delete_retention_ms = job_.delete_retention_ms,
                              .last_records = job_.last_records},
                  transactions_);
  return target_->create();
}

Result<> Compaction::rewrite(const BatchView& batch) {
  const bool is_last = source_->is_at_end() && segment_ + 1 == groups_[group_].end;
  TRY(const Bytes left, filter_->filter(batch, is_last ? BatchFilter::Place::at_the_end
                                                       : BatchFilter::Place::anywhere));
  if (left.empty()) return {};
  target_->note(BatchView(left), job_.index_interval_bytes);
  append(unwritten_, left);
  return unwritten_.size() < write_block ? Result<>() : write_out();
}

Result<> Compaction::write_out() {
  const Bytes all(unwritten_);
  std::int64_t position = target_->size() - static_cast<std::int64_t>(all.size());
  for (std::size_t done = 0; done < all.size(); done += log::background_piece) {
    const Bytes piece = all.subspan(done, std::min(log::background_piece, all.size() - done));
    TRY(target_->file()->write(std::span(&piece, 1), position));
    position += static_cast<std::int64_t>(piece.size());
  }
  outcome_.bytes_written += static_cast<std::int64_t>(all.size());
  unwritten_.clear();
  return {};
}

Result<> Compaction::end_group() {
  TRY(write_out());
  for (const log::AbortedEntry& each : transactions_.take_kept()) target_->note(each);
  TRY(target_->flush_indexes(log::Segment::Flush::sealed));
  TRY(target_->file()->sync());
  if (target_->transaction_file()) {
    TRY(target_->transaction_file()->sync());
  }
  const SegmentGroup& group = groups_[group_++];
  for (std::size_t i = group.begin; i < group.end; ++i) {
    outcome_.bytes_before += job_.segments[i].size;
  }
  TRY(keep_time(group));
  outcome_.bytes_after += target_->size();
  outcome_.records += filter_->counts();
  const bool had_nothing = target_->size() == 0;  // so that there is nothing to replace
  if (!had_nothing) {
    outcome_.replacements.push_back(
        {job_.segments[group.begin].base, job_.segments[group.end - 1].end});
  }
  auto removed = had_nothing ? target_->remove_files() : Result<>();
  target_.reset();
  return removed;
}

}  // namespace odradek::cleaner
