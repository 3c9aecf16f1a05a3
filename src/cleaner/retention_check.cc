// SPDX-License-Identifier: Apache-2.0
#include "cleaner/retention_check.h"

#include "log/segment.h"

#include <limits>
#include <vector>

namespace odradek::cleaner {
namespace {

using log::FileSystem;

class FolderLook {
 public:
  explicit FolderLook(const RetentionCheck& check) : check_(check) {}

  Result<std::optional<Expired>> run() {
    TRY(list());
    if (segments_.empty()) return std::nullopt;
    const Offset high_watermark =
        check_.in_use ? check_.in_use->high_watermark : segments_.back().end;
    TRY(const std::size_t count, count_expired(segments_, check_.rules, high_watermark, check_.now,
                                               [this](std::size_t i) { return largest(i); }));
    if (count == 0) return std::nullopt;
    const bool takes_active = count == segments_.size();
    const Offset from = takes_active ? segments_.back().base : segments_[count].base;
    return Expired{from, segments_.back(), takes_active};
  }

 private:
  Result<> list() {
    TRY(const auto names, check_.files.list(check_.directory));
    for (const std::string& name : names) {
      const auto base = log::offset_in_file_name(name, ".log");
      const bool is_in_use = check_.in_use && base && *base >= check_.in_use->active.base;
      if (!base || is_in_use) continue;
      if (!segments_.empty()) segments_.back().end = *base;
      segments_.push_back({*base, end_of_all});
    }
    TRY(find_sizes());
    if (!check_.in_use) return {};
    if (!segments_.empty()) segments_.back().end = check_.in_use->active.base;
    segments_.push_back(check_.in_use->active);
    return {};
  }

  // The last one's has to be known in any case, as an empty one stays.
  Result<> find_sizes() {
    for (StoredSegment& each : segments_) {
      if (check_.rules.bytes < 0 && &each != &segments_.back()) continue;
      TRY(const auto file,
          check_.files.open(path_of(each.base) + ".log", FileSystem::Open::read_only));
      TRY(each.size, file->size());
    }
    return {};
  }

  Result<Timestamp> largest(std::size_t i) {
    const bool is_last = i + 1 == segments_.size();
    const bool is_known = is_last && check_.in_use;
    if (is_known && check_.in_use->largest >= Timestamp{0}) return check_.in_use->largest;
    if (is_known) return check_.files.modified(path_of(segments_[i].base) + ".log");
    log::Segment segment(check_.files, path_of(segments_[i].base), segments_[i].base);
    if (!is_last) segment.is_followed_by(segments_[i].end);
    const auto loaded = segment.load(is_last ? log::Segment::Damage::ends_the_search
                                             : log::Segment::Damage::is_an_error);
    if (!loaded && loaded.error().fault != Fault::corrupt) return loaded.error();
    const bool has_timestamp = loaded && segment.max_timestamp() >= Timestamp{0};
    if (has_timestamp) return segment.max_timestamp();
    return check_.files.modified(segment.log_path());  // as Kafka does without timestamps
  }

  std::string path_of(Offset base) const {
    return check_.directory + "/" + log::offset_in_file_name(base);
  }

  static constexpr Offset end_of_all{std::numeric_limits<std::int64_t>::max()};
  const RetentionCheck& check_;
  std::vector<StoredSegment> segments_;
};

}  // namespace

Result<std::optional<Expired>> find_expired(const RetentionCheck& check) {
  return FolderLook(check).run();
}

}  // namespace odradek::cleaner
