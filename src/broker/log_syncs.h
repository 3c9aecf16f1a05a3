// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.h"
#include "base/uuid.h"
#include "broker/partition.h"
#include "log/journal.h"

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
  void release_journal();

  Node& node_;
  log::Journal journal_;
  std::vector<std::pair<Uuid, PartitionId>> wanted_;
  bool is_under_way_ = false;
};

}  // namespace odradek::broker
