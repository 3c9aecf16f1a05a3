// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.h"
#include "base/simulation.h"

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>

namespace odradek::broker {

// An Asio timer by our clock. Whose time is simulated is told what is waited for, so as to go there
// at once.
class Timer : public boost::asio::basic_waitable_timer<Clock> {
 public:
  explicit Timer(boost::asio::io_context& loop) : basic_waitable_timer(loop) {}
  explicit Timer(const executor_type& executor) : basic_waitable_timer(executor) {}

  void expires_after(Clock::duration delay) { expires_at(Clock::now() + delay); }
  void expires_at(Clock::time_point time) {
    if (Simulation* const simulation = Simulation::current()) {
      simulation->expect(time.time_since_epoch());
    }
    basic_waitable_timer::expires_at(time);
  }
};

}  // namespace odradek::broker
