// SPDX-License-Identifier: Apache-2.0
#include "log/tail_cache.h"

#include "base/assert.h"

#include <algorithm>
#include <cstring>

namespace odradek::log {

struct TailCache::Chunk : Keeper {
  static constexpr std::size_t usual_capacity = 64 << 10;
  explicit Chunk(std::size_t size)
      : bytes(std::make_unique_for_overwrite<std::byte[]>(size)), capacity(size) {}
  std::unique_ptr<std::byte[]> bytes;
  std::size_t capacity;
  std::size_t used = 0;
};

TailCache::TailCache(std::size_t budget) : budget_(budget) {}

TailCache::~TailCache() {
  while (!oldest_first_.empty()) evict();
}

TailCache::Tail* TailCache::open() { return std::make_unique<Tail>().release(); }

void TailCache::close(Tail* tail) {
  clear(tail);
  tail->closed_ = true;
  if (tail->mentions_ == 0) std::unique_ptr<Tail>(tail).reset();
}

void TailCache::clear(Tail* tail) {
  for (const Batch& batch : tail->batches_) size_ -= batch.size;
  tail->batches_.clear();
}

void TailCache::add(Tail* tail, Batch batch) {
  if (batch.size > budget_) return clear(tail);  // a gap must not stay behind
  ASSERT(tail->batches_.empty() || tail->batches_.back().next == batch.base);
  if (!stays_in_place(batch)) copy_into_chunk(batch);
  size_ += batch.size;
  tail->batches_.push_back(std::move(batch));
  ++tail->mentions_;
  oldest_first_.push_back(tail);
  while (size_ > budget_) evict();
}

bool TailCache::stays_in_place(const Batch& batch) {
  const std::size_t held = batch.keeper ? batch.keeper->held_bytes() : 0;
  return batch.size >= kept_in_place && batch.size * kept_in_place_part >= held;
}

void TailCache::copy_into_chunk(Batch& batch) {
  if (!chunk_ || chunk_->capacity - chunk_->used < batch.size) {
    chunk_.reset(new Chunk(std::max(Chunk::usual_capacity, batch.size)));
  }
  std::byte* const at = chunk_->bytes.get() + chunk_->used;
  std::memcpy(at, batch.data, batch.size);
  chunk_->used += batch.size;
  batch.data = at;
  batch.keeper = chunk_;
}

// Drops the oldest mention, and the batch it stands for. A partition that was cleared has more
// mentions than batches; those in excess are the older ones.
void TailCache::evict() {
  Tail* const tail = oldest_first_.front();
  oldest_first_.pop_front();
  if (tail->mentions_-- == tail->batches_.size()) {
    size_ -= tail->batches_.front().size;
    tail->batches_.pop_front();
  }
  if (tail->closed_ && tail->mentions_ == 0) std::unique_ptr<Tail>(tail).reset();
}

namespace {

void add_slice(Slices& slices, const TailCache::Batch& batch) {
  if (!slices.empty()) {
    Slice& last = slices.back();
    const bool adjoins = last.memory_keeper == batch.keeper &&
                         last.memory + last.size == batch.data && last.file_keeper == batch.file;
    if (adjoins) {
      last.size += batch.size;
      return;
    }
  }
  slices.push_back({.size = batch.size,
                    .memory = batch.data,
                    .memory_keeper = batch.keeper,
                    .descriptor = batch.file->descriptor(),
                    .file_position = batch.position,
                    .file_keeper = batch.file});
}

}  // namespace

std::optional<Offset> TailCache::read(const Tail& tail, Offset offset, Offset end,
                                      std::size_t max_bytes, Slices& slices) {
  const auto& batches = tail.batches_;
  if (batches.empty() || offset < batches.front().base) return std::nullopt;
  auto batch = std::partition_point(batches.begin(), batches.end(),
                                    [&](const Batch& each) { return each.next <= offset; });
  std::size_t total = 0;
  Offset reached = offset;
  for (; batch != batches.end() && batch->next <= end; ++batch) {
    if (total > 0 && total + batch->size > max_bytes) break;
    total += batch->size;
    reached = batch->next;
    add_slice(slices, *batch);
  }
  return reached;
}

}  // namespace odradek::log
