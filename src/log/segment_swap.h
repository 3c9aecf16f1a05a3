// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "log/file.h"

#include <string>

namespace odradek::log {

// What a crash has left of PartitionLog::replace() and of segments that were to go: a new segment
// that was complete takes the place of the old ones, one that was not goes, and all that was set
// aside. For who opens a partition's folder, before anything else.
Result<> finish_replacements(FileSystem& files, const std::string& directory);

}  // namespace odradek::log
