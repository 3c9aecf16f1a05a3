// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "log/partition_log.h"

#include <memory>
#include <set>

namespace odradek::log {

// Brings a PartitionLog up from its directory.
//
// What may be believed: everything before the recovery point was synced. Behind it the bytes may
// end anywhere (kill -9 tears at most the last write; a power cut may lose more), so batches are
// read whole and their checksums decide. Indexes, snapshots and the epoch file are caches: one that
// is missing or damaged makes the walk begin earlier, and the state comes out the same.
//
// The log ends before the first batch that is not whole. What follows was not synced, and is cut
// off and reported, unless it is damage: something that is known to have been on the disk, or bytes
// that a power cut does not leave, with whole batches behind them. Then it is an error, nothing is
// changed, and the partition does not come up.
class PartitionLogLoader {
 public:
  static Result<std::unique_ptr<PartitionLog>> load(const PartitionLog::Place& place,
                                                    PartitionLog::Recovery& recovery);

 private:
  PartitionLogLoader(PartitionLog& log, const PartitionLog::Place& place,
                     PartitionLog::Recovery& recovery)
      : log_(log), place_(place), recovery_(recovery) {}

  Result<> find_segments();
  Result<> load_epochs();
  Result<> check_aborted();
  void load_snapshot();
  Result<> replay();
  Result<> replay_segment(Offset base, Segment& segment, Offset from);
  Result<> check_end(Segment& segment, std::int64_t position, std::int64_t end);
  Result<> cut(Segment& segment, std::int64_t bytes);
  Result<> drop_segments_behind(Offset base);
  void learn(const wire::BatchView& batch, Segment& segment);

  PartitionLog& log_;
  const PartitionLog::Place& place_;
  PartitionLog::Recovery& recovery_;
  bool epochs_known_ = false;
  bool has_unknown_epoch_ = false;  // before the recovery point
  bool aborted_known_ = true;
  Offset snapshot_offset_{-1};
  bool is_cut_ = false;
  std::set<Offset> indexed_;  // segments with a .txnindex
};

}  // namespace odradek::log
