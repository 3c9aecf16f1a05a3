// SPDX-License-Identifier: Apache-2.0
#include "broker/slab.h"

#include <algorithm>

namespace odradek::broker {

// Blocks without a slab, by their size.
struct Slab::Shelf {
  std::array<std::vector<Block>, SlabPool::sizes.size()> blocks;
};

Slab::~Slab() {
  const auto& sizes = SlabPool::sizes;
  const auto found = std::find(sizes.begin(), sizes.end(), size_);
  if (found == sizes.end()) return;
  const auto index = static_cast<std::size_t>(found - sizes.begin());
  auto& kept = shelf_->blocks[index];
  if (kept.size() < SlabPool::kept[index]) kept.push_back(std::move(block_));
}

SlabPool::SlabPool() : shelf_(std::make_shared<Slab::Shelf>()) {}

SlabPtr SlabPool::take(std::size_t size) {
  const auto fitting = std::lower_bound(sizes.begin(), sizes.end(), size);
  if (fitting == sizes.end()) {
    return new Slab(shelf_, std::make_unique_for_overwrite<std::byte[]>(size), size);
  }
  auto& kept_blocks = shelf_->blocks[static_cast<std::size_t>(fitting - sizes.begin())];
  if (kept_blocks.empty()) {
    return new Slab(shelf_, std::make_unique_for_overwrite<std::byte[]>(*fitting), *fitting);
  }
  Slab::Block block = std::move(kept_blocks.back());
  kept_blocks.pop_back();
  return new Slab(shelf_, std::move(block), *fitting);
}

}  // namespace odradek::broker
