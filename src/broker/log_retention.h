// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.h"
#include "broker/led_logs.h"
#include "broker/timer.h"
#include "cleaner/retention_check.h"

#include <chrono>

namespace odradek::broker {

class Node;
class Partition;

// Lets go of what the logs of a node have and their topics keep no longer, by age and by size. The
// storage pool looks, at one log after the other; what it found is done on the loop. Kafka:
// LogManager.cleanupLogs.
class LogRetention {
 public:
  explicit LogRetention(Node& node);

  void start();
  void stop();

 private:
  void begin_pass_after(std::chrono::milliseconds delay);
  void begin_pass();
  void look_at_next();
  void drop(const LedLogs::Key& key, const cleaner::Expired& expired);
  Result<> seal(Partition& partition, const cleaner::Expired& expired);
  Result<> advance(Partition& partition, Offset start);

  Node& node_;
  Timer timer_;
  LedLogs logs_;  // those of this pass
};

}  // namespace odradek::broker
