// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/slice.h"

#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <vector>

namespace odradek::broker {

// A block of memory that requests are received into. Batches that the tail cache keeps hold on to
// the slab they came in, so no record is copied.
class Slab : public Keeper {
 public:
  std::span<std::byte> bytes() const { return {block_.get(), size_}; }
  std::size_t held_bytes() const override { return size_; }

 private:
  friend class SlabPool;
  using Block = std::unique_ptr<std::byte[]>;
  struct Shelf;
  Slab(std::shared_ptr<Shelf> shelf, Block block, std::size_t size)
      : shelf_(std::move(shelf)), block_(std::move(block)), size_(size) {}
  ~Slab() override;

  std::shared_ptr<Shelf> shelf_;
  Block block_;
  std::size_t size_;
};
using SlabPtr = boost::intrusive_ptr<Slab>;

// Slabs of one node, in three sizes that are kept for reuse and any larger size that is not:
// memory that was touched before is far cheaper than new memory.
class SlabPool {
 public:
  SlabPool();

  static constexpr std::array<std::size_t, 3> sizes{16 << 10, 128 << 10, 2 << 20};
  static constexpr std::array<std::size_t, 3> kept{64, 32, 16};

  // A slab of at least `size` bytes; its content is whatever was there.
  SlabPtr take(std::size_t size);

 private:
  std::shared_ptr<Slab::Shelf> shelf_;
};

}  // namespace odradek::broker
