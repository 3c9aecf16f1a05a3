// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.h"

#include <cstdint>
#include <optional>

namespace odradek::log {

// What the data directory knows of a log before it is opened.
struct LogCheckpoint {
  Offset recovery_point;  // all before it was synced, so it is there, or the disk has lost it
  // Records before it were deleted. None where that is not known any more.
  std::optional<Offset> log_start_offset;
  bool knows_all_syncs = false;  // else more than that may have been synced
  // Of the transactions whose aborting markers stand before the recovery point (AbortedSum); none
  // where it is not known.
  std::optional<std::uint32_t> aborted_sum;
};

}  // namespace odradek::log
