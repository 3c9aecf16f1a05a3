// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.h"
#include "base/uuid.h"
#include "broker/partition.h"
#include "broker/timer.h"
#include "log/journal.h"

#include <chrono>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace odradek::broker {

class Node;

// The syncs that records wait for. One round at a time, away from the loop: what is written during
// a round is synced together in the next one, so that a sync serves all that wait for it. Where
// many logs have grown by a little, they go into the node's journal: one sync for all of them.
class LogSyncs {
 public:
  LogSyncs(Node& node, log::FileSystem& files);

  // The log of this partition awaits a sync.
  void want(const Partition& partition);
  // It is to be synced after this time, whether anybody waits for that or not (flush.ms).
  void want_later(const Partition& partition, std::chrono::milliseconds delay);
  void stop() { timer_.cancel(); }
  // Unless one is under way, which is followed by the next.
  void begin_round();

 private:
  struct Job {
    Uuid topic_id;
    PartitionId partition;
    std::string folder;
    log::PartitionLog::PlannedSync sync;
    Result<> result;

    bool may_go_into_journal() const;
  };
  using Jobs = std::vector<Job>;
  Jobs take_jobs();
  // On a thread of the storage pool:
  void run(Jobs& jobs);
  bool run_by_journal(const std::vector<Job*>& jobs);

  void finish_round(const Jobs& jobs);
  void set_timer();
  void want_what_is_due();
  void release_journal();

  Node& node_;
  log::Journal journal_;
  using Key = std::pair<Uuid, PartitionId>;
  std::vector<Key> wanted_;
  bool is_under_way_ = false;
  Timer timer_;
  std::multimap<Clock::time_point, Key> later_;
  std::set<Key> is_later_;
};

}  // namespace odradek::broker
