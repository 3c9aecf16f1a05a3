// SPDX-License-Identifier: Apache-2.0
#include "log/follower_log.h"

#include "base/assert.h"

#include <algorithm>
#include <utility>

namespace odradek::log {

void FollowerLog::add_segment(Offset base) {
  segments_.add(
      std::make_unique<Segment>(files_, directory_ + "/" + offset_in_file_name(base), base));
}

// The segments that begin before `end`; all but the last are complete, and opened when read.
Result<> FollowerLog::find_segments(const Progress& progress) {
  const Offset end = progress.high_watermark;
  TRY(const auto names, files_.list(directory_));
  for (const std::string& name : names) {
    const auto base = offset_in_file_name(name, ".log");
    if (base && *base < end) add_segment(*base);
  }
  for (const std::string& name : names) {
    const auto base = offset_in_file_name(name, ".txnindex");
    if (Segment* const segment = base ? segments_.at(*base) : nullptr) {
      segment->expect_transaction_index();
    }
  }
  // The leader may have removed all that there was; what comes next is found when it is there.
  const bool has_records = progress.log_start_offset < end;
  if (segments_.empty() && has_records) return Error{Fault::not_found, directory_ + ": no segment"};
  next_offset_ = segments_.empty() ? end : segments_.last().base_offset();
  return {};
}

// The file knows where an epoch began also where the walk began behind that. It is written before
// the leader tells of a record of that epoch.
void FollowerLog::learn_epochs(Offset end) {
  LeaderEpochs epochs;
  const auto text = files_.read_file(directory_ + "/leader-epoch-checkpoint");
  if (!text || !epochs.decode(as_text(*text))) return;
  epochs.truncate_from(end);
  epochs_ = std::move(epochs);
}

Result<> FollowerLog::advance(const Progress& progress) {
  std::size_t bytes = 0;
  const LeaderEpoch known = epochs_.latest();
  if (progress.high_watermark > next_offset_ && segments_.empty()) {
    TRY(find_segments(progress));
  }
  while (next_offset_ < progress.high_watermark) {
    TRY(segments_.last().extend(progress.high_watermark, [&](const wire::BatchView& batch) {
      bytes += static_cast<std::size_t>(batch.size());
      next_offset_ = batch.next_offset();
      epochs_.assign(batch.leader_epoch(), batch.base_offset());
    }));
    if (next_offset_ >= progress.high_watermark) break;
    // The leader went on in a new segment, which is named after its first offset.
    if (segments_.has_segment_at(next_offset_)) {
      return Error{Fault::corrupt, segments_.last().log_path() + ": ends before offset " +
                                       std::to_string(progress.high_watermark.value)};
    }
    TRY(segments_.last().reload_aborted());  // the last word of a segment that is complete
    add_segment(next_offset_);
  }
  if (epochs_.latest() > known) learn_epochs(progress.high_watermark);
  grow(bytes, std::max(high_watermark_, progress.high_watermark),
       std::max(last_stable_offset_, progress.last_stable_offset));
  log_start_offset_ = std::max(log_start_offset_, progress.log_start_offset);
  while (segments_.oldest_before(log_start_offset_)) segments_.drop_oldest();
  return {};
}

Result<ReadableLog::Chunk> FollowerLog::read(Offset offset, Offset end, std::size_t max_bytes,
                                             First first) {
  ASSERT(offset >= log_start_offset_ && end <= high_watermark_);
  if (offset >= end) return Chunk{{}, offset};
  return segments_.read(offset, end, max_bytes, first, {high_watermark_, segments_.last().size()});
}

}  // namespace odradek::log
