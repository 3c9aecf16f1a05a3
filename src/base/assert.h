// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace odradek {

// Prints the broken condition and aborts. Stopping beats going on wrong.
[[noreturn]] void assertion_failed(const char* condition, const char* file, int line);

}  // namespace odradek

// Checks our own reasoning, in every build. Never use it on input: what a peer or a disk can get
// wrong is an error, not a broken assertion.
#define ASSERT(condition)                                          \
  do {                                                             \
    if (!(condition)) [[unlikely]]                                 \
      ::odradek::assertion_failed(#condition, __FILE__, __LINE__); \
  } while (false)
