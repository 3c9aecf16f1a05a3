// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.h"
#include "base/simulation.h"

#include <boost/asio/basic_waitable_timer.hpp>

namespace odradek::broker {

// An Asio timer by our clock. Whose time is simulated is told what is waited for, so as to go there
// at once.
class Timer : public boost::asio::basic_waitable_timer<Clock> {
 public:
  template <class LoopOrExecutor>
  explicit Timer(LoopOrExecutor&& where)
      : basic_waitable_timer(std::forward<LoopOrExecutor>(where)) {}
  template <class LoopOrExecutor>
  Timer(LoopOrExecutor&& where, Clock::duration delay)
      : basic_waitable_timer(std::forward<LoopOrExecutor>(where)) {
    expires_after(delay);
  }

  void expires_after(Clock::duration delay) { expires_at(Clock::now() + delay); }
  void expires_at(Clock::time_point time) {
    if (Simulation* const simulation = Simulation::current()) {
      simulation->expect(time.time_since_epoch());
    }
    basic_waitable_timer::expires_at(time);
  }
};

}  // namespace odradek::broker
