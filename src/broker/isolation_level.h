// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace odradek::broker {

// What a reader may see, as requests say it. Kafka: IsolationLevel.
inline constexpr std::int8_t read_uncommitted = 0;
inline constexpr std::int8_t read_committed = 1;

}  // namespace odradek::broker
