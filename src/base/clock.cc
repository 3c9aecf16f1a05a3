// SPDX-License-Identifier: Apache-2.0
#include "base/clock.h"

#include "base/simulation.h"

namespace odradek {
namespace {

// Where simulations begin: some day, so that clocks differ from each other.
constexpr std::int64_t simulated_epoch_ms = 1'700'000'000'000;

std::int64_t milliseconds(std::chrono::nanoseconds duration) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
}

}  // namespace

Clock::time_point Clock::now() noexcept {
  if (const Simulation* const simulation = Simulation::current()) {
    return time_point(simulation->time());
  }
  return time_point(std::chrono::steady_clock::now().time_since_epoch());
}

Timestamp Clock::wall_time() {
  if (const Simulation* const simulation = Simulation::current()) {
    return {simulated_epoch_ms + milliseconds(simulation->time())};
  }
  return {milliseconds(std::chrono::system_clock::now().time_since_epoch())};
}

}  // namespace odradek
