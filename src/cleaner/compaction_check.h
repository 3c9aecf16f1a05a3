// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cleaner/compaction_plan.h"
#include "cleaner/stored_log.h"
#include "log/segment_index.h"

#include <optional>
#include <string>
#include <vector>

namespace odradek::cleaner {

// Whether a log is to be compacted, found out from its files, beside whoever uses it. It may wait
// for the disk.
struct CompactionCheck {
  log::FileSystem& files;
  std::string directory;
  CompactionRules rules;
  Offset compacted_to;  // where the last round ended
  Offset last_stable;   // of a log that nobody uses: no end
  Timestamp now;
  std::optional<LogInUse> in_use;
};

struct CompactionNeed {
  Cleanable cleanable;
  std::vector<StoredSegment> segments;     // all before Cleanable::end
  std::vector<log::AbortedEntry> aborted;  // that the files know
};

// None where no round is due.
Result<std::optional<CompactionNeed>> find_cleanable(const CompactionCheck& check);

}  // namespace odradek::cleaner
