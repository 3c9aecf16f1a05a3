// SPDX-License-Identifier: Apache-2.0
#include "cleaner/stored_log.h"

#include "log/segment.h"

#include <limits>

namespace odradek::cleaner {

using log::FileSystem;
using log::Segment;

namespace {

constexpr Offset no_end{std::numeric_limits<std::int64_t>::max()};

}  // namespace

Result<> StoredLog::list() {
  TRY(const auto names, files_.list(directory_));
  for (const std::string& name : names) {
    const auto base = log::offset_in_file_name(name, ".log");
    const bool is_in_use = in_use_ && base && *base >= in_use_->active.base;
    if (!base || is_in_use) continue;
    if (!segments_.empty()) segments_.back().end = *base;
    segments_.push_back({*base, no_end});
  }
  if (in_use_) {
    if (!segments_.empty()) segments_.back().end = in_use_->active.base;
    segments_.push_back(in_use_->active);
  } else if (!segments_.empty()) {
    TRY(segments_.back().size, size_of(segments_.back()));
  }
  return {};
}

Result<> StoredLog::find_sizes() {
  for (StoredSegment& each : segments_) {
    if (&each == &segments_.back()) break;
    TRY(each.size, size_of(each));
  }
  return {};
}

Result<std::int64_t> StoredLog::size_of(const StoredSegment& segment) const {
  TRY(const auto file, files_.open(path_of(segment) + ".log", FileSystem::Open::read_only));
  return file->size();
}

Result<RecordTimes> StoredLog::times(std::size_t i) const {
  const StoredSegment& stored = segments_[i];
  const bool is_last = i + 1 == segments_.size();
  RecordTimes times;
  if (is_last && in_use_) {
    times = in_use_->times;
  } else {
    Segment segment(files_, path_of(stored), stored.base);
    if (!is_last) segment.is_followed_by(stored.end);
    const auto loaded =
        segment.load(is_last ? Segment::Damage::ends_the_search : Segment::Damage::is_an_error);
    if (!loaded && loaded.error().fault != Fault::corrupt) return loaded.error();
    if (loaded) times = {segment.first_timestamp(), segment.max_timestamp()};
  }
  if (times.largest >= Timestamp{0}) return times;
  TRY(times.largest, files_.modified(path_of(stored) + ".log"));  // as Kafka does
  times.first = times.largest;
  return times;
}

std::string StoredLog::path_of(const StoredSegment& segment) const {
  return directory_ + "/" + log::offset_in_file_name(segment.base);
}

}  // namespace odradek::cleaner
