// SPDX-License-Identifier: Apache-2.0
#include "base/simulation.h"

#include "base/assert.h"

namespace odradek {

Simulation::Simulation(std::uint64_t seed) : random_(seed) {
  ASSERT(!current_);
  current_ = this;
}

Simulation::~Simulation() { current_ = nullptr; }

Simulation::Duration Simulation::next_expected() {
  while (!expected_.empty() && expected_.top() <= time_) expected_.pop();
  return expected_.empty() ? Duration::max() : expected_.top();
}

}  // namespace odradek
