// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.h"
#include "wire/api.h"

#include <optional>
#include <vector>

namespace odradek::test {

// The input of fuzz_group: the keys and values of a log of __consumer_offsets, in the encoding of
// flexible messages. The bytes belong to the input.
struct GroupContent {
  struct Pair {
    Bytes key;
    std::optional<Bytes> value;

    static void walk(auto& m, auto& wire) {
      wire(m.key);
      wire(m.value, wire::always, wire::nullable());
    }
  };
  std::vector<Pair> records;

  static void walk(auto& m, auto& wire) { wire(m.records); }
};

}  // namespace odradek::test
