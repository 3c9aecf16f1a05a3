// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <queue>
#include <random>
#include <vector>

namespace odradek {

// While one lives, time passes only when it is told to, and all that is random follows from its
// seed. For one thread, which is all that the process has then.
class Simulation {
 public:
  using Duration = std::chrono::nanoseconds;

  explicit Simulation(std::uint64_t seed);
  ~Simulation();
  Simulation(const Simulation&) = delete;
  Simulation& operator=(const Simulation&) = delete;

  // Null in the real world.
  static Simulation* current() { return current_; }

  Duration time() const { return time_; }  // since it began
  void pass(Duration duration) { time_ += duration; }
  // Something is to happen then.
  void expect(Duration when) { expected_.push(when); }
  // When the next thing is, after now.
  Duration next_expected();
  std::mt19937_64& random() { return random_; }

 private:
  inline static Simulation* current_ = nullptr;
  Duration time_{};
  std::priority_queue<Duration, std::vector<Duration>, std::greater<>> expected_;
  std::mt19937_64 random_;
};

}  // namespace odradek
