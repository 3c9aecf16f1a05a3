// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "log/file.h"
#include "log/segment_list.h"

#include <string>
#include <vector>

namespace odradek::log {

// Puts a compacted segment, whose files are there with Segment::cleaned_mark and synced under these
// names, into the place of old ones. Returns the paths of files that are to be removed once the
// directory is synced.
Result<std::vector<std::string>> swap_segments(FileSystem& files, const std::string& directory,
                                               SegmentList& segments,
                                               const SegmentReplacement& replacement);

// What a crash has left of swap_segments() and of segments that were to go: a new segment
// that was complete takes the place of the old ones, one that was not goes, and all that was set
// aside. For who opens a partition's folder, before anything else.
Result<> finish_replacements(FileSystem& files, const std::string& directory);

}  // namespace odradek::log
