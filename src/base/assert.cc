// SPDX-License-Identifier: Apache-2.0
#include "base/assert.h"

#include <cstdio>
#include <cstdlib>

namespace odradek {

void assertion_failed(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "odradek: broken assertion: %s (%s:%d)\n", condition, file, line);
  std::abort();
}

}  // namespace odradek
