// SPDX-License-Identifier: Apache-2.0
#include "base/random.h"

#include "base/assert.h"
#include "base/simulation.h"

#include <sys/random.h>

#include <array>
#include <cstring>

namespace odradek {

void fill_with_random(std::span<std::byte> bytes) {
  if (Simulation* const simulation = Simulation::current()) {
    for (std::byte& each : bytes) each = std::byte(simulation->random()() & 0xff);
    return;
  }
  ASSERT(::getrandom(bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size()));
}

std::uint64_t random_number() {
  std::array<std::byte, sizeof(std::uint64_t)> bytes;
  fill_with_random(bytes);
  std::uint64_t number;
  std::memcpy(&number, bytes.data(), sizeof number);
  return number;
}

}  // namespace odradek
