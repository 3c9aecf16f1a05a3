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

// All but the last are complete, and opened when read; what follows is found as it comes.
void FollowerLog::begin_with(const Progress& progress) {
  segments_ = {};
  layout_ = progress.layout;
  for (const Offset base : layout_->bases) {
    if (base >= progress.high_watermark) break;
    add_segment(base);
    segments_.last().expect_transaction_index();
  }
  next_offset_ = segments_.empty() ? progress.high_watermark : segments_.last().base_offset();
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
  const bool has_more = progress.high_watermark > next_offset_ && segments_.empty();
  if (has_more || progress.generation() != this->progress().generation()) begin_with(progress);
  const auto extended = extend(progress);
  if (is_outdated()) return outdated();
  return extended;
}

Result<> FollowerLog::extend(const Progress& progress) {
  std::size_t bytes = 0;
  const LeaderEpoch known = epochs_.latest();
  while (next_offset_ < progress.high_watermark) {
    TRY(segments_.last().extend(progress.high_watermark, [&](const wire::BatchView& batch) {
      const bool is_new = batch.base_offset() >= high_watermark_;
      if (is_new) bytes += static_cast<std::size_t>(batch.size());
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
  auto chunk =
      segments_.read(offset, end, max_bytes, first, {high_watermark_, segments_.last().size()});
  if (is_outdated()) return outdated();
  return chunk;
}

Result<std::vector<AbortedEntry>> FollowerLog::aborted(Offset begin, Offset end) {
  auto found = segments_.aborted(begin, end, SegmentList::Beside::the_writer);
  if (is_outdated()) return outdated();
  return found;
}

}  // namespace odradek::log
