// SPDX-License-Identifier: Apache-2.0
#include "cleaner/offset_map.h"

#include <algorithm>
#include <utility>

namespace odradek::cleaner {

namespace {

constexpr std::size_t smallest = 64;  // slots, about

// One slot is always free, so that looking for a key that is not there ends.
std::size_t keys_of(std::size_t slots, double load) {
  return slots < 2 ? 0 : static_cast<std::size_t>(static_cast<double>(slots - 1) * load);
}

}  // namespace

OffsetMap::OffsetMap(std::size_t most_keys, double load, Hash128 seed)
    : seed_(seed), most_keys_(most_keys), load_(load) {
  // Halved so often that, doubled as often, it is as large as it has to be and hardly larger.
  std::size_t slots = static_cast<std::size_t>(static_cast<double>(most_keys) / load) + 2;
  while (slots > smallest) slots = (slots + 1) / 2;
  slots_.resize(slots);
}

std::size_t OffsetMap::keys_in(std::size_t bytes, double load) {
  // The old slots and twice as many new ones, and what halving has rounded up.
  return keys_of(bytes / sizeof(Slot) * 5 / 8, load);
}

void OffsetMap::grow() {
  const std::vector<Slot> old = std::exchange(slots_, std::vector<Slot>(slots_.size() * 2));
  for (const Slot& slot : old) {
    if (slot.offset != none) slots_[find(slot.key)] = slot;
  }
}

// The upper half of a product spreads evenly over any number of slots, and takes no division.
std::size_t OffsetMap::first_slot(const Key& key) const {
  return static_cast<std::size_t>((key.low & 0xffffffff) * slots_.size() >> 32);
}

// The slot of this key, or the free one where it would be.
std::size_t OffsetMap::find(const Key& key) const {
  std::size_t i = first_slot(key);
  while (slots_[i].offset != none && slots_[i].key != key) i = i + 1 == slots_.size() ? 0 : i + 1;
  return i;
}

OffsetMap::Key OffsetMap::key(Bytes bytes) const {
  const Key key = siphash128(seed_, bytes);
  __builtin_prefetch(&slots_[first_slot(key)]);
  return key;
}

bool OffsetMap::put(const Key& key, Offset offset) {
  std::size_t i = find(key);
  if (slots_[i].offset == none) {
    if (size_ == most_keys_) return false;
    while (size_ >= keys_of(slots_.size(), load_)) {
      grow();
      i = find(key);
    }
    ++size_;
    slots_[i].key = key;
  }
  slots_[i].offset = std::max(slots_[i].offset, offset);
  return true;
}

std::optional<Offset> OffsetMap::get(const Key& key) const {
  const Slot& slot = slots_[find(key)];
  return slot.offset == none ? std::nullopt : std::optional(slot.offset);
}

}  // namespace odradek::cleaner
