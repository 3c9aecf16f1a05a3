// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.h"

#include <chrono>

namespace odradek {

// The clock that everything waits by: the machine's steady one, or that of a simulation.
struct Clock {
  using duration = std::chrono::nanoseconds;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<Clock>;
  static constexpr bool is_steady = true;

  static time_point now() noexcept;
  // What hangs on the wall, for records and clients.
  static Timestamp wall_time();
};

}  // namespace odradek
