// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/now.h"

#include <atomic>
#include <cstdint>

namespace odradek::broker {

// How many clients all nodes of a process have, and since when there has been none. Nodes count
// from their threads; who asks is on any.
class ClientActivity {
 public:
  void arrived() { clients_.fetch_add(1); }
  void left() {
    idle_since_.store(Clock::now().time_since_epoch().count());
    clients_.fetch_sub(1);
  }
  // Whether no client has been there for so long; the start counts as a client.
  bool is_idle(Clock::duration time) const {
    if (clients_.load() != 0) return false;
    const Clock::time_point since{Clock::duration(idle_since_.load())};
    return Clock::now() - since >= time;
  }

 private:
  std::atomic<std::int64_t> clients_{0};
  std::atomic<Clock::rep> idle_since_{Clock::now().time_since_epoch().count()};
};

}  // namespace odradek::broker
