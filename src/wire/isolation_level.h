// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace odradek::wire {

// What a reader may see. Kafka: IsolationLevel.
enum class IsolationLevel : std::int8_t { read_uncommitted = 0, read_committed = 1 };

// Requests may name others.
constexpr bool is_known(IsolationLevel level) {
  return level == IsolationLevel::read_uncommitted || level == IsolationLevel::read_committed;
}

}  // namespace odradek::wire
