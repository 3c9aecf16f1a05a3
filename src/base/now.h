// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.h"
#include "base/ids.h"

namespace odradek {

// The clock that only goes forward: time-outs are on it.
using TimePoint = Clock::time_point;
inline constexpr TimePoint never = TimePoint::max();

// When something happens, on both clocks: time-outs by the one, what is recorded by the other.
struct Now {
  TimePoint steady;
  Timestamp time;
};

}  // namespace odradek
