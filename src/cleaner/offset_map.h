// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.h"
#include "base/ids.h"
#include "base/siphash.h"

#include <cstddef>
#include <optional>
#include <vector>

namespace odradek::cleaner {

// The last offset of each key, in bounded memory that grows with them: of a key it holds 128 bits
// of a keyed hash, so 24 bytes for each whatever its length. Kafka: SkimpyOffsetMap.
class OffsetMap {
 public:
  // For at most `most_keys`, which take the part `load` of its slots, in (0, 1]: the more, the
  // longer it looks for a key. `seed` is of chance, so that nobody makes keys that collide.
  OffsetMap(std::size_t most_keys, double load, Hash128 seed);

  // How many keys fit into so many bytes, of which it needs a third while it grows.
  static std::size_t keys_in(std::size_t bytes, double load);

  // A key as it stands here. Its slot is fetched from memory, which takes longer than anything that
  // is done with it: who has many keys makes all of them first.
  using Key = Hash128;
  Key key(Bytes bytes) const;
  // Offsets come in their order. False where the key is new and there is no room for it.
  bool put(const Key& key, Offset offset);
  std::optional<Offset> get(const Key& key) const;

  std::size_t size() const { return size_; }
  std::size_t bytes() const { return slots_.size() * sizeof(Slot); }

 private:
  struct Slot {
    Key key;
    Offset offset = none;
  };
  static constexpr Offset none{-1};

  std::size_t first_slot(const Key& key) const;
  std::size_t find(const Key& key) const;
  void grow();

  Hash128 seed_;
  std::size_t most_keys_;
  double load_;
  std::size_t size_ = 0;
  std::vector<Slot> slots_;
};

}  // namespace odradek::cleaner
