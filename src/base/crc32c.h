// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.h"

#include <cstdint>

namespace odradek {

// CRC-32C (Castagnoli), as record batches and our own files carry it. Give the result back as
// `seed` to continue over further bytes. Uses the CPU's instruction where there is one.
std::uint32_t crc32c(Bytes bytes, std::uint32_t seed = 0);

// The same from tables alone: the fallback, and what the tests compare the fast one with.
std::uint32_t crc32c_portable(Bytes bytes, std::uint32_t seed = 0);

}  // namespace odradek
