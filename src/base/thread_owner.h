// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/assert.h"

#include <thread>

namespace odradek {

// Holds an object to one thread at a time: whoever enters first has it until it is handed over, and
// another thread that enters it meanwhile ends the process. What hands over must also make the
// object's memory visible to the next thread, as a message between two loops does.
class ThreadOwner {
 public:
  void enter() const {
    const auto me = std::this_thread::get_id();
    if (owner_ == std::thread::id{}) owner_ = me;
    ASSERT(owner_ == me);
  }
  void hand_over() {
    enter();
    owner_ = {};
  }

 private:
  mutable std::thread::id owner_;
};

}  // namespace odradek
