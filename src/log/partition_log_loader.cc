// SPDX-License-Identifier: Apache-2.0
#include "log/partition_log_loader.h"

#include "log/segment_swap.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace odradek::log {
namespace {

constexpr std::int64_t sector = 512;

Result<bool> has_empty_sector(File& file, std::int64_t begin, std::int64_t end) {
  std::array<std::byte, sector> bytes;
  for (std::int64_t at = (begin + sector - 1) / sector * sector; at + sector <= end; at += sector) {
    TRY(const std::size_t read, file.read(bytes, at));
    const bool is_empty =
        read == bytes.size() && std::count(bytes.begin(), bytes.end(), std::byte{0}) == sector;
    if (is_empty) return true;
  }
  return false;
}

}  // namespace

Result<std::unique_ptr<PartitionLog>> PartitionLog::open(const Place& place, Recovery& recovery) {
  return PartitionLogLoader::load(place, recovery);
}

Result<std::unique_ptr<PartitionLog>> PartitionLogLoader::load(const PartitionLog::Place& place,
                                                               PartitionLog::Recovery& recovery) {
  std::unique_ptr<PartitionLog> log(new PartitionLog(place));
  PartitionLogLoader loader(*log, place, recovery);
  TRY(loader.find_segments());
  TRY(loader.load_epochs());
  TRY(loader.check_aborted());
  loader.load_snapshot();
  TRY(loader.replay());
  TRY(log->snapshots_.remove_useless(loader.snapshot_offset_, log->next_offset_));
  return log;
}

Result<> PartitionLogLoader::find_segments() {
  TRY(finish_replacements(log_.files_, log_.directory_));
  TRY(const auto names, log_.files_.list(log_.directory_));
  std::vector<Offset> indexes;
  for (const std::string& name : names) {
    if (const auto base = offset_in_file_name(name, ".log")) {
      log_.segments_.add(std::make_unique<Segment>(
          log_.files_, log_.directory_ + "/" + offset_in_file_name(*base), *base));
    }
    if (const auto taken = offset_in_file_name(name, ".snapshot")) {
      log_.snapshots_.found(*taken);
    }
    if (const auto base = offset_in_file_name(name, ".txnindex")) indexed_.insert(*base);
    if (const auto base = offset_in_file_name(name, ".index")) indexes.push_back(*base);
  }
  for (const Offset base : indexes) {
    // A segment goes after its indexes, so this one did not go by itself.
    if (log_.segments_.has_segment_at(base)) continue;
    return Error{Fault::corrupt, log_.directory_ + "/" + offset_in_file_name(base) +
                                     ".log: is gone, and its index is there"};
  }
  for (const Offset base : indexed_) {
    if (Segment* const segment = log_.segments_.at(base)) segment->expect_transaction_index();
  }
  if (!log_.segments_.empty()) return {};
  const Offset first = log_.log_start_offset_;
  auto segment = std::make_unique<Segment>(
      log_.files_, log_.directory_ + "/" + offset_in_file_name(first), first);
  TRY(segment->create());
  log_.segments_.add(std::move(segment));
  return {};
}

Result<> PartitionLogLoader::load_epochs() {
  const auto text = log_.files_.read_file(log_.directory_ + "/leader-epoch-checkpoint");
  if (!text && text.error().fault != Fault::not_found) return text.error();
  epochs_known_ = text && log_.epochs_.decode(as_text(*text));
  const auto& entries = log_.epochs_.entries();
  // Deleting records moves the start of the first epoch too.
  if (!place_.known.log_start_offset && !entries.empty())
    log_.log_start_offset_ = entries.front().start;
  return {};
}

// Where an entry is missing or is another one, all are learnt again.
Result<> PartitionLogLoader::check_aborted() {
  if (!place_.known.aborted_sum) return {};
  AbortedSum found;
  for (const Offset base : indexed_) {
    Segment* const segment = log_.segments_.at(base);
    if (!segment) continue;
    TRY(segment->reload_aborted());
    for (const AbortedEntry& each : segment->aborted()) found.add(each);
  }
  found.synced(place_.known.recovery_point);
  aborted_known_ = found.value() == *place_.known.aborted_sum;
  return {};
}

// What has to be read again is not learned from a snapshot.
void PartitionLogLoader::load_snapshot() {
  Offset limit = place_.known.recovery_point;
  if (!aborted_known_) limit = std::min(limit, log_.segments_.first().base_offset());
  snapshot_offset_ = log_.snapshots_.load(limit, log_.producers_);
}

Result<> PartitionLogLoader::replay() {
  const Offset first = log_.segments_.first().base_offset();
  log_.log_start_offset_ = std::max(log_.log_start_offset_, first);
  Offset from = std::min(std::max(snapshot_offset_, first), place_.known.recovery_point);
  if (!epochs_known_ || !aborted_known_) from = first;
  from = std::max(from, first);
  log_.next_offset_ = first;
  const auto& segments = log_.segments_.all();
  is_cut_ = false;
  for (auto segment = std::prev(segments.upper_bound(from)); segment != segments.end(); ++segment) {
    TRY(replay_segment(segment->first, *segment->second, from));
    const auto next = std::next(segment);
    const bool has_gap = next != segments.end() && log_.next_offset_ < next->first &&
                         next->first > place_.known.recovery_point;
    if (has_gap) {
      TRY(check_end(*segment->second, segment->second->size(), segment->second->size()));
    }
    if (is_cut_ || has_gap) {
      TRY(drop_segments_behind(segment->first));
      break;
    }
  }
  Segment& last = log_.active();
  log_.committed_size_ = last.size();
  log_.written_behind_ = last.size();
  log_.synced_size_ = last.size();
  log_.written_ = log_.next_offset_;
  // What a damaged start checkpoint or a cut end cannot mean is brought back into range.
  log_.log_start_offset_ = std::min(log_.log_start_offset_, log_.written_);
  log_.syncs_.begin_at(std::min(place_.known.recovery_point, log_.written_));
  log_.count_aborted();
  log_.unread_markers_.clear();
  log_.epochs_.truncate_from(log_.next_offset_);
  log_.begin_at(log_.next_offset_, log_.last_stable_at(log_.next_offset_),
                static_cast<std::size_t>(log_.segments_.size()));
  const bool has_old_epochs = std::exchange(has_unknown_epoch_, false);
  if (has_old_epochs) {
    log_.epochs_ = {};
    epochs_known_ = false;
  }
  if (has_old_epochs || snapshot_offset_ > log_.next_offset_) {
    // Or the snapshot speaks of batches that were cut off: learn from the log alone.
    log_.producers_.clear();
    snapshot_offset_ = {-1};
    return replay();
  }
  return {};
}

Result<> PartitionLogLoader::replay_segment(Offset base, Segment& segment, Offset from) {
  TRY(segment.load(Segment::Damage::ends_the_search));
  TRY(segment.forget_aborted_from(snapshot_offset_));
  log_.next_offset_ = std::max(log_.next_offset_, base);
  const auto learn = [&](const wire::BatchView& batch) { this->learn(batch, segment); };
  const std::int64_t end = segment.size();
  // From the last batch before it, which says where the log ends if nothing follows.
  constexpr auto lenient = Segment::Damage::ends_the_search;
  TRY(const std::int64_t position, segment.position_of(std::max(base, from + -1), lenient));
  TRY(const std::int64_t unsynced, segment.position_of(place_.known.recovery_point, lenient));
  std::int64_t whole = position;
  if (position < unsynced) {
    // Synced, so its checksums hold; only producers and epochs are learnt from it.
    TRY(whole, segment.replay(position, unsynced, learn));
  }
  if (whole < end) {
    TRY(const std::int64_t cut, segment.recover(whole, log_.next_offset_, learn));
    recovery_.bytes_checked += end - whole;
    if (cut > 0) {
      TRY(check_end(segment, end - cut, end));
      TRY(this->cut(segment, cut));
    }
  }
  if (&segment == &log_.active()) {
    TRY(check_end(segment, end, end));
  }
  return segment.flush_aborted();
}

// The log ends here. Bytes that the disk had not yet when the power went are zero, a sector or more
// of them; anything else before a whole batch was damaged later.
Result<> PartitionLogLoader::check_end(Segment& segment, std::int64_t position, std::int64_t end) {
  const std::string where = segment.log_path() + ": damaged at byte " + std::to_string(position);
  const bool was_durable = log_.next_offset_ < place_.known.recovery_point;
  if (was_durable) {
    return Error{Fault::corrupt,
                 where + ": offsets from " + std::to_string(log_.next_offset_.value) + " to " +
                     std::to_string(place_.known.recovery_point.value - 1) + " were on the disk"};
  }
  if (&segment != &log_.active() && !place_.known.knows_all_syncs) {
    return Error{Fault::corrupt, where + ", and later segments follow it"};
  }
  TRY(const auto behind, find_batch(*segment.file(), position + 1, end, log_.next_offset_));
  if (!behind) return {};
  TRY(const bool was_torn, has_empty_sector(*segment.file(), position, *behind));
  if (was_torn) return {};
  return Error{Fault::corrupt,
               where + ", and whole batches stand behind it, from byte " + std::to_string(*behind)};
}

Result<> PartitionLogLoader::cut(Segment& segment, std::int64_t bytes) {
  TRY(segment.cut());
  is_cut_ = true;
  recovery_.bytes_cut += bytes;
  recovery_.cut_file = segment.log_path();
  recovery_.cut_offset = log_.next_offset_;
  return {};
}

// They were written behind what never reached the disk.
Result<> PartitionLogLoader::drop_segments_behind(Offset base) {
  while (log_.active().base_offset() > base) {
    Segment& last = log_.active();
    TRY(last.load());
    recovery_.bytes_cut += last.size();
    TRY(last.remove_files());
    log_.segments_.drop_newest();
  }
  return {};
}

void PartitionLogLoader::learn(const wire::BatchView& batch, Segment& segment) {
  log_.next_offset_ = std::max(log_.next_offset_, batch.next_offset());
  if (batch.base_offset() >= snapshot_offset_) log_.learn_producers(batch, segment);
  // Compaction may have taken what the log began with, which is no reason to begin later.
  const bool is_first = log_.epochs_.entries().empty();
  const Offset start = is_first ? log_.segments_.first().base_offset() : batch.base_offset();
  if (!log_.epochs_.assign(batch.leader_epoch(), start)) return;
  log_.epochs_changed_ = true;
  const bool should_be_known = batch.base_offset() < place_.known.recovery_point;
  has_unknown_epoch_ = has_unknown_epoch_ || (epochs_known_ && should_be_known);
}

}  // namespace odradek::log
