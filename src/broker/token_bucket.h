// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/now.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>

namespace odradek::broker {

// A rate that somebody may use: tokens come in at `rate` for each second, as many as make `burst`
// are kept. Whoever takes more than there are is in debt, and rests until it is paid.
class TokenBucket {
 public:
  struct Limits {
    double rate = 0;
    double burst = 0;
    friend bool operator==(const Limits&, const Limits&) = default;
  };
  // Begins with `tokens`.
  TokenBucket(Limits limits, double tokens, TimePoint now)
      : limits_(limits), tokens_(tokens), filled_(now) {}

  const Limits& limits() const { return limits_; }
  void set_limits(Limits limits, TimePoint now) {
    fill(now);
    limits_ = limits;
    tokens_ = std::min(tokens_, limits.burst);
  }

  void take(double tokens, TimePoint now) {
    fill(now);
    tokens_ -= tokens;
  }
  // How long until the debt is paid; zero where there is none.
  std::chrono::milliseconds debt(TimePoint now) {
    fill(now);
    if (tokens_ >= 0) return {};
    constexpr double longest_ms = 24.0 * 3600 * 1000;  // the protocol has 32 bits for it
    const double ms = limits_.rate > 0 ? -tokens_ / limits_.rate * 1000 : longest_ms;
    return std::chrono::milliseconds(
        static_cast<std::int64_t>(std::ceil(std::min(ms, longest_ms))));
  }
  bool is_full(TimePoint now) const { return tokens_at(now) >= limits_.burst; }

 private:
  double tokens_at(TimePoint now) const {
    const double seconds = std::chrono::duration<double>(now - filled_).count();
    return std::min(limits_.burst, tokens_ + std::max(seconds, 0.0) * limits_.rate);
  }
  void fill(TimePoint now) {
    tokens_ = tokens_at(now);
    filled_ = now;
  }

  Limits limits_;
  double tokens_;
  TimePoint filled_;
};

}  // namespace odradek::broker
