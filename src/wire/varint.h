// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.h"

#include <cstdint>
#include <optional>

namespace odradek::wire {

// Zigzag varints, as records are made of. Takes one off the front of `rest`; empty where the bytes
// end inside it or it has more than ten.
inline std::optional<std::int64_t> take_varlong(Bytes& rest) {
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < rest.size() && i < 10; ++i) {
    const auto byte = std::to_integer<std::uint64_t>(rest[i]);
    bits |= (byte & 0x7f) << (7 * i);
    if (byte < 0x80) {
      rest = rest.subspan(i + 1);
      return static_cast<std::int64_t>(bits >> 1) ^ -static_cast<std::int64_t>(bits & 1);
    }
  }
  return std::nullopt;
}

inline void append_varlong(Buffer& to, std::int64_t value) {
  auto bits = static_cast<std::uint64_t>(value) << 1 ^ static_cast<std::uint64_t>(value >> 63);
  for (; bits >= 0x80; bits >>= 7) to.push_back(static_cast<std::byte>(bits | 0x80));
  to.push_back(static_cast<std::byte>(bits));
}

}  // namespace odradek::wire
