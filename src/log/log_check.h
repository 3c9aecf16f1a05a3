// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.h"
#include "base/result.h"
#include "log/file.h"

#include <cstdint>
#include <string>
#include <vector>

namespace odradek::log {

// What is wrong with the log of a partition, found by reading all of it, and how as much of it as
// possible is saved. Nobody else uses the log meanwhile.

// Bytes of a segment that are no batch of this log; none, where the index knows of more than the
// file has.
struct LogDamage {
  Offset segment;  // its base offset
  std::int64_t begin = 0;
  std::int64_t end = 0;
  Offset first_lost;  // no batch has the records from here on
  Offset next_found;  // up to here; the same where nothing follows, and nobody knows how many
  LeaderEpoch epoch;  // of the batch before
};

// Offsets that no batch has: compaction leaves such gaps, and files that are cut short or gone.
struct LogGap {
  Offset begin;
  Offset end;
};

struct LogReport {
  std::size_t segments = 0;
  std::int64_t batches = 0;
  std::int64_t bytes = 0;
  std::vector<LogDamage> damages;
  std::vector<LogGap> gaps;
  std::vector<Offset> lost_segments;  // of which there is an index, and nothing else
  Offset end;                         // behind the last batch

  // Nothing is damaged before `recovery_point`, where it must be there, and behind it there is at
  // most a torn end, which the next start cuts off.
  bool is_whole(Offset recovery_point) const;
  bool has_torn_end(Offset recovery_point) const;
};

Result<LogReport> check_log(FileSystem& files, const std::string& directory);

// Takes the damaged bytes out of the segments and keeps them beside, as
// "<segment>.log.damaged-<position>"; an empty batch takes their place, as compaction leaves one,
// and all whole batches stay. Removes what is learnt from the log, so that it is learnt anew: the
// log has to be read from its beginning at the next start.
Result<> repair_log(FileSystem& files, const std::string& directory, const LogReport& report);

}  // namespace odradek::log
