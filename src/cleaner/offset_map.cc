// SPDX-License-Identifier: Apache-2.0
#include "cleaner/offset_map.h"

#include <algorithm>

namespace odradek::cleaner {

OffsetMap::OffsetMap(std::size_t most_keys, double load, Hash128 seed)
    : seed_(seed),
      most_keys_(most_keys),
      slots_(static_cast<std::size_t>(static_cast<double>(most_keys) / load) + 1) {}

std::size_t OffsetMap::keys_in(std::size_t bytes, double load) {
  // One slot is always free, so that looking for a key that is not there ends.
  const std::size_t slots = bytes / sizeof(Slot);
  return slots < 2 ? 0 : static_cast<std::size_t>(static_cast<double>(slots - 1) * load);
}

// The slot of this hash, or the free one where it would be.
std::size_t OffsetMap::find(const Hash128& hash) const {
  // The upper half of a product spreads evenly over any number of slots, and takes no division.
  auto i = static_cast<std::size_t>((hash.low & 0xffffffff) * slots_.size() >> 32);
  while (slots_[i].offset != none && slots_[i].hash != hash) i = i + 1 == slots_.size() ? 0 : i + 1;
  return i;
}

bool OffsetMap::put(Bytes key, Offset offset) {
  const Hash128 hash = siphash128(seed_, key);
  Slot& slot = slots_[find(hash)];
  if (slot.offset == none) {
    if (size_ == most_keys_) return false;
    ++size_;
    slot.hash = hash;
  }
  slot.offset = std::max(slot.offset, offset);
  return true;
}

std::optional<Offset> OffsetMap::get(Bytes key) const {
  const Slot& slot = slots_[find(siphash128(seed_, key))];
  return slot.offset == none ? std::nullopt : std::optional(slot.offset);
}

}  // namespace odradek::cleaner
