// SPDX-License-Identifier: Apache-2.0
#include "log/partition_log_loader.h"

#include <algorithm>

namespace odradek::log {
Result<std::unique_ptr<PartitionLog>> PartitionLog::open(const Place& place, Recovery& recovery) {
  return PartitionLogLoader::load(place, recovery);
}

Result<std::unique_ptr<PartitionLog>> PartitionLogLoader::load(const PartitionLog::Place& place,
                                                               PartitionLog::Recovery& recovery) {
  std::unique_ptr<PartitionLog> log(new PartitionLog(place));
  PartitionLogLoader loader(*log, recovery);
  TRY(loader.find_segments());
  TRY(loader.load_epochs());
  TRY(loader.load_snapshot());
  TRY(loader.replay());
  TRY(loader.remove_useless_snapshots());
  return log;
}

Result<> PartitionLogLoader::find_segments() {
  TRY(const auto names, log_.files_.list(log_.directory_));
  for (const std::string& name : names) {
    if (const auto base = offset_in_file_name(name, ".log")) {
      log_.segments_.add(std::make_unique<Segment>(
          log_.files_, log_.directory_ + "/" + offset_in_file_name(*base), *base));
    }
    if (const auto taken = offset_in_file_name(name, ".snapshot")) {
      snapshots_.push_back(*taken);
    }
    if (const auto base = offset_in_file_name(name, ".txnindex")) indexed_.insert(*base);
  }
  std::sort(snapshots_.begin(), snapshots_.end());
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
  return {};
}

// The last one that can be read and does not stand behind the recovery point.
Result<> PartitionLogLoader::load_snapshot() {
  for (auto offset = snapshots_.rbegin(); offset != snapshots_.rend(); ++offset) {
    if (*offset > log_.recovery_point_) continue;
    const auto content = log_.files_.read_file(log_.snapshot_path(*offset));
    if (!content || !log_.producers_.decode(*content)) continue;
    snapshot_offset_ = *offset;
    return {};
  }
  return {};
}

Result<> PartitionLogLoader::replay() {
  const Offset first = log_.segments_.first().base_offset();
  log_.log_start_offset_ = std::max(log_.log_start_offset_, first);
  Offset from = std::min(std::max(snapshot_offset_, first), log_.recovery_point_);
  if (!epochs_known_) from = first;
  from = std::max(from, first);
  log_.next_offset_ = first;
  const auto& segments = log_.segments_.all();
  for (auto segment = std::prev(segments.upper_bound(from)); segment != segments.end(); ++segment) {
    TRY(replay_segment(segment->first, *segment->second, from));
  }
  Segment& last = log_.active();
  log_.committed_size_ = last.size();
  log_.written_behind_ = last.size();
  log_.synced_size_ = last.size();
  log_.written_ = log_.next_offset_;
  // What a damaged start checkpoint or a cut end cannot mean is brought back into range.
  log_.log_start_offset_ = std::min(log_.log_start_offset_, log_.written_);
  log_.recovery_point_ = std::min(log_.recovery_point_, log_.written_);
  log_.durable_ = log_.sync_planned_ = log_.recovery_point_;
  log_.unread_markers_.clear();
  log_.epochs_.truncate_from(log_.next_offset_);
  log_.begin_at(log_.next_offset_, log_.last_stable_at(log_.next_offset_),
                static_cast<std::size_t>(log_.segments_.size()));
  if (snapshot_offset_ > log_.next_offset_) {
    // The snapshot speaks of batches that were cut off: learn the producers from the log alone.
    log_.producers_.clear();
    snapshot_offset_ = {-1};
    return replay();
  }
  return {};
}

// One that stands behind the end speaks of batches that were cut off; once the log has grown past
// it again, it would be believed. Those before the one that was loaded are of no more use.
Result<> PartitionLogLoader::remove_useless_snapshots() {
  for (const Offset snapshot : snapshots_) {
    const bool is_old = snapshot < snapshot_offset_ && !log_.segments_.has_segment_at(snapshot);
    if (snapshot > log_.next_offset_ || is_old) {
      TRY(log_.files_.remove(log_.snapshot_path(snapshot)));
    } else if (snapshot >= snapshot_offset_) {
      log_.snapshots_.push_back(snapshot);
    }
  }
  return {};
}

Result<> PartitionLogLoader::replay_segment(Offset base, Segment& segment, Offset from) {
  TRY(segment.load());
  TRY(segment.forget_aborted_from(snapshot_offset_));
  log_.next_offset_ = std::max(log_.next_offset_, base);
  const auto learn = [&](const wire::BatchView& batch) { this->learn(batch, segment); };
  const std::int64_t end = segment.size();
  // From the last batch before it, which says where the log ends if nothing follows.
  TRY(const std::int64_t position, segment.position_of(std::max(base, from + -1)));
  TRY(const std::int64_t unsynced, segment.position_of(log_.recovery_point_));
  std::int64_t whole = position;
  if (position < unsynced) {
    // Synced, so its checksums hold; only producers and epochs are learnt from it.
    BatchScanner scanner(*segment.file(), position, unsynced, BatchScanner::Read::headers);
    for (;;) {
      TRY(const auto found, scanner.next());
      if (!found) break;
      learn(found->batch);
    }
    whole = scanner.position();
  }
  if (whole < end) {
    TRY(const std::int64_t cut, segment.recover(whole, learn));
    recovery_.bytes_checked += end - whole;
    if (cut > 0 && &segment != &log_.active()) {
      return Error{Fault::corrupt, segment.log_path() + ": damaged at byte " +
                                       std::to_string(end - cut) +
                                       ", and later segments follow it"};
    }
    if (cut > 0) {
      TRY(segment.cut());
      recovery_.bytes_cut += cut;
      recovery_.cut_file = segment.log_path();
      recovery_.cut_offset = log_.next_offset_;
    }
  }
  return segment.flush_aborted();
}

void PartitionLogLoader::learn(const wire::BatchView& batch, Segment& segment) {
  log_.next_offset_ = std::max(log_.next_offset_, batch.next_offset());
  if (batch.base_offset() >= snapshot_offset_) log_.learn_producers(batch, segment);
  if (log_.epochs_.assign(batch.leader_epoch(), batch.base_offset())) log_.epochs_changed_ = true;
}

}  // namespace odradek::log
