// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <limits>

namespace odradek {

// A number that names something. Ids of different things do not mix, and have no arithmetic.
template <class Representation, class Tag>
struct Id {
  using Rep = Representation;
  Rep value{};
  friend constexpr auto operator<=>(const Id&, const Id&) = default;
};

using PartitionId = Id<std::int32_t, struct PartitionTag>;
using NodeId = Id<std::int32_t, struct NodeTag>;  // Kafka: broker id
using LeaderEpoch = Id<std::int32_t, struct LeaderEpochTag>;
using ProducerId = Id<std::int64_t, struct ProducerIdTag>;
using ProducerEpoch = Id<std::int16_t, struct ProducerEpochTag>;
using CoordinatorEpoch = Id<std::int32_t, struct CoordinatorEpochTag>;  // of a transaction's
using GenerationId = Id<std::int32_t, struct GenerationTag>;
using SessionId = Id<std::int32_t, struct SessionTag>;  // a fetch session (KIP-227)

// What the protocol writes where there is none of the thing: -1.
template <class SomeId>
inline constexpr SomeId none_of{-1};

// The place of a record in a partition. Ranges of offsets are half open.
struct Offset {
  using Rep = std::int64_t;
  std::int64_t value = 0;
  friend constexpr auto operator<=>(Offset, Offset) = default;
  friend constexpr Offset operator+(Offset at, std::int64_t count) { return {at.value + count}; }
  friend constexpr std::int64_t operator-(Offset end, Offset begin) {
    return end.value - begin.value;
  }
};

// Milliseconds since the Unix epoch, as records carry them; -1 where there is none. Clients may
// send any number, so sums and differences stop at the ends of the range.
struct Timestamp {
  using Rep = std::int64_t;
  std::int64_t value = -1;
  friend constexpr auto operator<=>(Timestamp, Timestamp) = default;
  friend constexpr std::int64_t operator-(Timestamp later, Timestamp earlier) {
    std::int64_t difference = 0;
    const bool overflows = __builtin_sub_overflow(later.value, earlier.value, &difference);
    return overflows ? end_towards(later.value) : difference;
  }
  friend constexpr Timestamp operator+(Timestamp at, std::int64_t milliseconds) {
    std::int64_t sum = 0;
    const bool overflows = __builtin_add_overflow(at.value, milliseconds, &sum);
    return {overflows ? end_towards(at.value) : sum};
  }

 private:
  static constexpr std::int64_t end_towards(std::int64_t value) {
    using Limits = std::numeric_limits<std::int64_t>;
    return value < 0 ? Limits::min() : Limits::max();
  }
};

}  // namespace odradek

template <class Rep, class Tag>
struct std::hash<odradek::Id<Rep, Tag>> {
  std::size_t operator()(odradek::Id<Rep, Tag> id) const noexcept {
    return std::hash<Rep>{}(id.value);
  }
};
