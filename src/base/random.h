// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace odradek {

// From the kernel, or from the seed of a simulation.
void fill_with_random(std::span<std::byte> bytes);
std::uint64_t random_number();

}  // namespace odradek
