// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "command/seed.h"

#include <atomic>
#include <functional>
#include <string>
#include <thread>

namespace odradek::broker {

// Makes what the broker is to begin with, as a client of its own, on a thread of its own; the
// broker is ready after that. Where it fails, the process is asked to end.
class Seeding {
 public:
  Seeding() = default;
  ~Seeding();
  Seeding(const Seeding&) = delete;
  Seeding& operator=(const Seeding&) = delete;

  // `plan` has to live as long as this; `done` is called on the other thread.
  void start(const command::SeedPlan& plan, const std::string& bootstrap,
             std::function<void()> done);
  bool has_failed() const { return has_failed_; }

 private:
  std::thread thread_;
  std::atomic<bool> has_failed_ = false;
};

}  // namespace odradek::broker
