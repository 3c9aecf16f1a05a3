// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.h"
#include "base/result.h"
#include "cleaner/compaction.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace odradek::broker {

// How far a round of compaction has come.
struct CompactionProgress {
  Timestamp began;
  std::int64_t bytes_read = 0;
  std::int64_t bytes_to_read = 0;  // at most: what is dirty twice, the rest once
};

// What became of a round.
struct CompactionReport {
  Timestamp ended;
  std::chrono::milliseconds took{};
  // How much of the log was not compacted, as a share of its bytes before the active segment, or
  // before what may not be compacted yet.
  double dirty_before = 0;
  double dirty_after = 0;
  cleaner::Compaction::Outcome outcome;
  std::optional<Error> failure;  // Fault::not_found where the log was not as it was thought to be

  // Nobody tries again before the next start. Kafka: LogCleanerManager.markPartitionUncleanable.
  bool is_uncleanable() const;
};

// "to=... dirty_before=...": the numbers, as the log and `odradek cleaner status` tell them.
std::string to_text(const CompactionReport& report);

}  // namespace odradek::broker
