// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cleaner/retention.h"
#include "log/file.h"

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

  // Of a log that is in use: its last segment, which the files do not know yet, and how far it is
  // committed.
  struct InUse {
    StoredSegment active;
    Timestamp largest;
    Offset high_watermark;
  };
  std::optional<InUse> in_use;
};

struct Expired {
  Offset from;                // what is before goes: where a segment begins
  StoredSegment active;       // the last one, as it was then
  bool takes_active = false;  // that goes too
};

// None where everything stays. A damaged segment is as old as its file.
Result<std::optional<Expired>> find_expired(const RetentionCheck& check);

}  // namespace odradek::cleaner
