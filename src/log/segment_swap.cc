// SPDX-License-Identifier: Apache-2.0
#include "log/segment_swap.h"

#include "log/segment.h"

#include <limits>
#include <memory>
#include <string_view>
#include <vector>

namespace odradek::log {
namespace {

// "00000000000000000042.log.swap"
std::optional<Offset> base_of(std::string_view name, std::string_view mark) {
  return offset_in_file_name(name, ".log" + std::string(mark));
}

class Finish {
 public:
  Finish(FileSystem& files, const std::string& directory) : files_(files), directory_(directory) {}

  Result<> run() {
    TRY(const auto names, files_.list(directory_));
    for (const std::string& name : names) {
      if (const auto base = base_of(name, Segment::swap_mark)) {
        TRY(put_into_place(*base, names));
      }
    }
    for (const std::string& name : names) {
      const bool is_left = name.ends_with(Segment::cleaned_mark) ||
                           name.ends_with(Segment::aside_mark) ||
                           name.ends_with(Segment::swap_mark);
      if (!is_left) continue;
      TRY(Segment::remove_aside(files_, {directory_ + "/" + name}));
    }
    return {};
  }

 private:
  // Its last batch ends where that of the old ones ended.
  Result<> put_into_place(Offset base, const std::vector<std::string>& names) {
    Segment segment(files_, path_of(base), base, Segment::swap_mark);
    segment.is_followed_by(Offset{std::numeric_limits<std::int64_t>::max()});  // by others
    TRY(segment.load());
    for (const std::string& name : names) {
      const auto old = base_of(name, {});
      const bool is_replaced = old && *old >= base && *old < segment.end();
      if (!is_replaced) continue;
      TRY(Segment(files_, path_of(*old), *old).remove_files());
    }
    return segment.rename_files({});
  }
  std::string path_of(Offset base) const { return directory_ + "/" + offset_in_file_name(base); }

  FileSystem& files_;
  const std::string& directory_;
};

}  // namespace

// The order is what finish_replacements() goes by, and followers: they look at the generation after
// the files.
Result<std::vector<std::string>> swap_segments(FileSystem& files, const std::string& directory,
                                               SegmentList& segments,
                                               const SegmentReplacement& replacement) {
  auto made =
      std::make_unique<Segment>(files, directory + "/" + offset_in_file_name(replacement.first),
                                replacement.first, Segment::cleaned_mark);
  Segment& segment = *made;
  TRY(segment.rename_files(Segment::swap_mark));
  std::vector<std::string> aside;
  for (const auto& old : segments.replace(replacement, std::move(made))) {
    TRY(const auto names, old->set_aside());
    aside.insert(aside.end(), names.begin(), names.end());
  }
  TRY(segment.rename_files({}));
  TRY(segment.look_for_aborted());
  return aside;
}

Result<> finish_replacements(FileSystem& files, const std::string& directory) {
  return Finish(files, directory).run();
}

}  // namespace odradek::log
