// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.h"
#include "broker/exchange.h"
#include "broker/partition.h"
#include "broker/timer.h"
#include "log/partition_log.h"
#include "wire/00_produce.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

namespace odradek::broker {

// A produce whose batches are staged: answered once they are written, or committed, where its acks
// ask for that.
struct ProduceWait {
  struct Outcome {
    std::string_view topic;  // in the frame
    Uuid topic_id;
    PartitionId partition;
    log::PartitionLog::Appended appended;
    Offset log_start_offset{-1};
    // Where the high watermark has to be first; none where nothing was staged.
    std::optional<LogPosition> awaited;
  };
  ExchangePtr exchange;
  std::int16_t acks = 0;
  Clock::time_point deadline;  // then REQUEST_TIMED_OUT
  std::vector<Outcome> outcomes;

  // After the commit: notes what is there by now, and what never will be; true where nothing more
  // is to be waited for.
  bool settle();
  // Nothing more is waited for.
  void time_out();
  // Sends the answer.
  void finish();
};

class Node;

// The produces of a node that are written and not committed yet. A partition may be led elsewhere
// meanwhile: its log went there with all that is in it, so they wait for the node that has it. A
// client that were told NOT_LEADER_OR_FOLLOWER would take its batch for lost, and librdkafka may
// send it under a new epoch then, where it is no duplicate.
class ProduceWaits {
 public:
  explicit ProduceWaits(Node& node);

  void add(std::vector<ProduceWait> waits);
  // More is committed, or led by somebody else.
  void settle();
  void stop() { timer_.cancel(); }

 private:
  void look_at_deadlines_later();
  void look_at_deadlines();

  Node& node_;
  std::vector<ProduceWait> waits_;
  Timer timer_;
  bool is_timer_set_ = false;
};

}  // namespace odradek::broker
