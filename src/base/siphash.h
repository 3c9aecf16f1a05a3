// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.h"

#include <cstdint>

namespace odradek {

struct Hash128 {
  std::uint64_t low = 0;
  std::uint64_t high = 0;
  friend bool operator==(const Hash128&, const Hash128&) = default;
};

// SipHash-2-4 with 128 bits: who does not know the key cannot make two inputs that are taken for
// one another.
Hash128 siphash128(Hash128 key, Bytes input);

}  // namespace odradek
