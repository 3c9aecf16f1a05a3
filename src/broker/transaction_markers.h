// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.h"
#include "broker/peers.h"
#include "broker/timer.h"
#include "log/producer_state.h"
#include "txn/coordinator.h"
#include "wire/error_code.h"

#include <cstdint>
#include <functional>
#include <map>
#include <vector>

namespace odradek::broker {

class Node;

// Writes a marker to each of these partitions, which are led here. `written` is told, once they
// are, how each went, in the same order; offsets that were committed in the transaction are decided
// by then.
using MarkersWritten = std::function<void(const std::vector<wire::ErrorCode>&)>;
void write_markers(Node& node, const log::EndOfTransaction& end,
                   const std::vector<txn::TopicPartition>& partitions, MarkersWritten written);

// Has the markers of decided transactions written by the leaders of their partitions, and goes on
// trying for as long as the coordinator has not changed. Kafka: TransactionMarkerChannelManager.
class MarkerSender {
 public:
  // From one coordinator, in one of its terms.
  struct Source {
    PartitionId shard;
    CoordinatorEpoch epoch;
  };
  // There is nothing more to be written to these partitions of the ending.
  using Done = std::function<void(const Source& source, const txn::Ending& ending)>;
  MarkerSender(Node& node, Done done);

  void send(const Source& source, const txn::Ending& ending);
  void receive(const MarkersResponse& response);
  // Nobody waits for the shard's endings any more.
  void forget(PartitionId shard);
  // Somebody else may lead now.
  void follow_catalogue();
  void stop();

 private:
  struct Job {
    Source source;
    txn::Ending ending;  // with a part of its partitions
  };
  void send_to(NodeId leader, Job job);
  void answered(std::uint64_t number, const std::vector<wire::ErrorCode>& errors);
  void retry();
  void retry_later();

  Node& node_;
  Done done_;
  std::map<std::uint64_t, Job> under_way_;
  std::uint64_t last_ = 0;
  std::vector<Job> waiting_;  // to be tried again
  Timer retry_timer_;
  bool retries_later_ = false;
  bool is_stopped_ = false;
};

}  // namespace odradek::broker
