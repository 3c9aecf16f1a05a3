// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.h"
#include "base/slice.h"
#include "log/file.h"

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

namespace odradek::log {

// The batches that were appended last, of all partitions of a node, so that consumers at the tail
// are served from memory. Bounded by a budget: the oldest batch goes first, whoever's it is. Owned
// by the node, used by its thread alone.
class TailCache {
 public:
  struct Batch {
    Offset base;
    Offset next;
    std::int64_t position = 0;  // in `file`
    FilePtr file;
    const std::byte* data = nullptr;
    std::size_t size = 0;
    KeeperPtr keeper;
  };
  // The cached end of one partition's log, without gaps; owned by the cache.
  class Tail;

  explicit TailCache(std::size_t budget);
  ~TailCache();
  TailCache(const TailCache&) = delete;
  TailCache& operator=(const TailCache&) = delete;

  // Batches of at least this size, and this part of what keeps them, stay where they were received;
  // others are copied, so that a small batch does not hold back a large receive buffer.
  static constexpr std::size_t kept_in_place = 32 << 10;
  static constexpr std::size_t kept_in_place_part = 16;

  Tail* open();
  void close(Tail* tail);
  // Adds what was just appended behind the last batch of `tail`; `keeper` holds `batch.data`.
  void add(Tail* tail, Batch batch);
  void clear(Tail* tail);

  // Adds slices from `offset` on, as whole batches, up to `end` and about `max_bytes`; the first
  // batch is added whatever its size. Returns where they end; nothing where the cache does not
  // reach back to `offset`.
  static std::optional<Offset> read(const Tail& tail, Offset offset, Offset end,
                                    std::size_t max_bytes, Slices& slices);

  std::size_t size() const { return size_; }
  std::size_t budget() const { return budget_; }

 private:
  struct Chunk;
  static bool stays_in_place(const Batch& batch);
  void copy_into_chunk(Batch& batch);
  void evict();

  std::size_t budget_;
  std::size_t size_ = 0;
  std::deque<Tail*> oldest_first_;  // the partition of each batch, in the order of appending
  boost::intrusive_ptr<Chunk> chunk_;
};

class TailCache::Tail {
 public:
  const std::deque<Batch>& batches() const { return batches_; }

 private:
  friend class TailCache;
  std::deque<Batch> batches_;
  std::size_t mentions_ = 0;  // in oldest_first_, of batches that may be gone already
  bool closed_ = false;
};

}  // namespace odradek::log
