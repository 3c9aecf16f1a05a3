// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace bench {

using Clock = std::chrono::steady_clock;

// Times by their size, to within one part in 64.
class Histogram {
 public:
  void add(Clock::duration time) {
    const auto ns = static_cast<std::uint64_t>(
        std::max<std::int64_t>(0, std::chrono::nanoseconds(time).count()));
    ++counts_[std::min(bucket(ns), counts_.size() - 1)];
    ++total_;
    largest_ = std::max(largest_, ns);
  }

  double microseconds(double quantile) const {
    const auto wanted = static_cast<std::uint64_t>(quantile * static_cast<double>(total_));
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < counts_.size(); ++i) {
      seen += counts_[i];
      if (seen > wanted) return static_cast<double>(start_of(i)) / 1000;
    }
    return largest();
  }
  double largest() const { return static_cast<double>(largest_) / 1000; }

 private:
  static constexpr unsigned fine_bits = 6;

  static std::size_t bucket(std::uint64_t value) {
    const auto width = static_cast<unsigned>(std::bit_width(value));
    if (width <= fine_bits + 1) return value;
    const unsigned shift = width - fine_bits - 1;
    return (std::size_t{shift} << fine_bits) + (value >> shift);
  }
  static std::uint64_t start_of(std::size_t bucket) {
    if (bucket < std::size_t{2} << fine_bits) return bucket;
    const std::size_t shift = (bucket >> fine_bits) - 1;
    return ((bucket & ((1U << fine_bits) - 1)) | (1U << fine_bits)) << shift;
  }

  std::array<std::uint64_t, 4096> counts_{};
  std::uint64_t total_ = 0;
  std::uint64_t largest_ = 0;
};

}  // namespace bench
