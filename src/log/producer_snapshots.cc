// SPDX-License-Identifier: Apache-2.0
#include "log/producer_snapshots.h"

#include <algorithm>
#include <utility>

namespace odradek::log {

void ProducerSnapshots::found(Offset offset) {
  offsets_.insert(std::upper_bound(offsets_.begin(), offsets_.end(), offset), offset);
}

Offset ProducerSnapshots::load(Offset limit, ProducerState& producers) const {
  for (auto offset = offsets_.rbegin(); offset != offsets_.rend(); ++offset) {
    if (*offset > limit) continue;
    const auto content = files_.read_file(path(*offset));
    if (content && producers.decode(*content)) return *offset;
  }
  return {-1};
}

// One that stands behind the end speaks of batches that were cut off; once the log has grown past
// it again, it would be believed. Those before the one that was loaded are of no more use.
Result<> ProducerSnapshots::remove_useless(Offset loaded, Offset end) {
  for (const Offset offset : std::exchange(offsets_, {})) {
    const bool is_old = offset < loaded && !segments_.has_segment_at(offset);
    if (offset > end || is_old) {
      TRY(files_.remove(path(offset)));
    } else if (offset >= loaded) {
      offsets_.push_back(offset);
    }
  }
  return {};
}

Result<> ProducerSnapshots::write(Offset end, const ProducerState& producers, Offset durable) {
  if (!offsets_.empty() && offsets_.back() == end) return {};
  TRY(files_.write_cache_file(path(end), producers.encode()));
  offsets_.push_back(end);
  return remove_old(durable);
}

// A restart begins with the last one that does not stand behind the recovery point: what is between
// may be lost.
Result<> ProducerSnapshots::remove_old(Offset durable) {
  // One more than that, as the recovery point on the disk lags.
  while (offsets_.size() > 2 && offsets_[2] <= durable) {
    const Offset old = offsets_.front();
    offsets_.erase(offsets_.begin());
    if (segments_.has_segment_at(old)) continue;
    TRY(remove(old));
  }
  return {};
}

Result<> ProducerSnapshots::remove(Offset offset) {
  auto removed = files_.remove(path(offset));
  if (!removed && removed.error().fault != Fault::not_found) return removed;
  return {};
}

std::vector<std::string> ProducerSnapshots::kept_for(const SegmentReplacement& range) const {
  std::vector<std::string> paths;
  for (const auto& [base, segment] : segments_.all()) {
    const bool is_in_use = std::binary_search(offsets_.begin(), offsets_.end(), base);
    if (base > range.first && base < range.end && !is_in_use) paths.push_back(path(base));
  }
  return paths;
}

std::string ProducerSnapshots::path(Offset offset) const {
  return directory_ + "/" + offset_in_file_name(offset) + ".snapshot";
}

}  // namespace odradek::log
