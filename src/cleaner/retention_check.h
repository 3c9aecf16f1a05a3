// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cleaner/retention.h"
#include "cleaner/stored_log.h"

#include <optional>
#include <string>

namespace odradek::cleaner {

// What retention takes from a log, found out from its files, beside whoever uses it. It may wait
// for the disk.
struct RetentionCheck {
  log::FileSystem& files;
  std::string directory;
  RetentionRules rules;
  Timestamp now;
  std::optional<LogInUse> in_use;
};

struct Expired {
  Offset from;                // what is before goes: where a segment begins
  StoredSegment active;       // the last one, as it was then
  bool takes_active = false;  // that goes too
};

// None where everything stays.
Result<std::optional<Expired>> find_expired(const RetentionCheck& check);

}  // namespace odradek::cleaner
