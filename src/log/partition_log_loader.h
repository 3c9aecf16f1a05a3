// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "log/partition_log.h"

#include <memory>
#include <set>
#include <vector>

namespace odradek::log {

// Brings a PartitionLog up from its directory.
//
// What may be believed: everything before the recovery point was synced. Behind it the bytes may
// end anywhere (kill -9 tears at most the last write; a power cut may lose more), so batches are
// read whole and their checksums decide. Indexes, snapshots and the epoch file are caches: one that
// is missing or damaged makes the walk begin earlier, and the state comes out the same.
//
// In the last segment the log ends before the first batch that is not whole: what follows is cut
// off and reported. In an earlier segment that would silently drop the segments behind it, so it is
// an error and the partition does not come up.
class PartitionLogLoader {
 public:
  static Result<std::unique_ptr<PartitionLog>> load(const PartitionLog::Place& place,
                                                    PartitionLog::Recovery& recovery);

 private:
  PartitionLogLoader(PartitionLog& log, PartitionLog::Recovery& recovery)
      : log_(log), recovery_(recovery) {}

  Result<> find_segments();
  Result<> load_epochs();
  Result<> load_snapshot();
  Result<> replay();
  Result<> remove_useless_snapshots();
  Result<> replay_segment(Offset base, Segment& segment, Offset from);
  void learn(const wire::BatchView& batch, Segment& segment);

  PartitionLog& log_;
  PartitionLog::Recovery& recovery_;
  bool epochs_known_ = false;
  Offset snapshot_offset_{-1};
  std::vector<Offset> snapshots_;  // all that have a file, in order
  std::set<Offset> indexed_;       // segments with a .txnindex
};

}  // namespace odradek::log
