// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.h"
#include "base/uuid.h"
#include "broker/partition.h"

#include <utility>
#include <vector>

namespace odradek::broker {

class Node;

// The syncs that records wait for. One round at a time, away from the loop: what is written during
// a round is synced together in the next one, so that a sync serves all that wait for it.
class LogSyncs {
 public:
  explicit LogSyncs(Node& node) : node_(node) {}

  // The log of this partition awaits a sync.
  void want(const Partition& partition);
  // Unless one is under way, which is followed by the next.
  void begin_round();

 private:
  struct Job {
    Uuid topic_id;
    PartitionId partition;
    log::PartitionLog::BackgroundTask task;
    Result<> result;
  };
  std::vector<Job> take_jobs();
  void finish_round(const std::vector<Job>& jobs);

  Node& node_;
  std::vector<std::pair<Uuid, PartitionId>> wanted_;
  bool is_under_way_ = false;
};

}  // namespace odradek::broker
