// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.h"

#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace odradek {

// What keeps bytes or an open file alive for as long as somebody still has to send them. Counted
// atomically: the storage pool's threads hold files too.
class Keeper : public boost::intrusive_ref_counter<Keeper, boost::thread_safe_counter> {
 public:
  Keeper() = default;
  Keeper(const Keeper&) = delete;
  Keeper& operator=(const Keeper&) = delete;
  virtual ~Keeper() = default;

  // How much memory goes free with it, where that is known.
  virtual std::size_t held_bytes() const { return 0; }
};
using KeeperPtr = boost::intrusive_ptr<Keeper>;

// Bytes of its own.
struct BufferKeeper : Keeper {
  explicit BufferKeeper(Buffer content) : bytes(std::move(content)) {}
  Buffer bytes;
};

// Bytes on their way out: in memory, in a file, or in both. Where both are given they are the
// same bytes, and the sender takes memory first; a reader too slow to take them at once is served
// from the file, so that it does not pin memory.
struct Slice {
  std::size_t size = 0;
  const std::byte* memory = nullptr;  // kept by memory_keeper; null where only the file has them
  KeeperPtr memory_keeper;
  int descriptor = -1;  // kept by file_keeper; -1 where only memory has them
  std::int64_t file_position = 0;
  KeeperPtr file_keeper;
};

using Slices = std::vector<Slice>;

inline std::size_t total_size(const Slices& slices) {
  std::size_t total = 0;
  for (const Slice& slice : slices) total += slice.size;
  return total;
}

}  // namespace odradek
