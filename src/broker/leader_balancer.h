// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "broker/timer.h"

namespace odradek::broker {

class Node;

// Gives partitions back to their preferred leaders some time after those came back (Kafka:
// auto.leader.rebalance.enable). Run by the controller's node alone; a timer only while there is
// something to do.
class LeaderBalancer {
 public:
  explicit LeaderBalancer(Node& node);

  // Nodes or leaders have changed.
  void look();
  void stop() { timer_.cancel(); }

 private:
  void elect();

  Node& node_;
  Timer timer_;
  bool is_waiting_ = false;
};

}  // namespace odradek::broker
