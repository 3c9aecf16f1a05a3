// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.h"
#include "base/result.h"
#include "log/file.h"
#include "wire/record_batch.h"

#include <cstdint>
#include <optional>

namespace odradek::log {

// Walks over the batches of a segment file in the order of their positions, reading as little as
// it can: headers, or whole batches where their checksums are wanted.
class BatchScanner {
 public:
  enum class Read { headers, whole_batches };

  struct Found {
    std::int64_t position = 0;
    std::int64_t size = 0;
    wire::BatchView batch;  // valid until the next call; with Read::headers only the header,
                            // but for control batches, which are small and say something
  };

  // Scans [begin, end); the file outlives the scanner.
  BatchScanner(File& file, std::int64_t begin, std::int64_t end, Read read)
      : file_(file), position_(begin), end_(end), read_(read) {}

  // What follows in the log begins at `next`, or behind it where there may be gaps: compaction
  // leaves some, and only in segments that are complete.
  enum class Gaps { may_be, never };
  void expect(Offset next) { next_ = next; }
  void expect(Gaps gaps) { gaps_ = gaps; }

  // The next batch that is there as a whole; empty at the end and where no batch can be: its
  // offsets and its epoch follow those before. With Read::whole_batches a wrong checksum ends the
  // walk too. position() then says where it ended.
  Result<std::optional<Found>> next();
  std::int64_t position() const { return position_; }

 private:
  Result<Bytes> bytes_at(std::int64_t position, std::size_t size);
  bool follows(const wire::BatchView& batch) const;

  File& file_;
  std::int64_t position_;
  std::int64_t end_;
  Read read_;
  std::optional<Offset> next_;
  std::optional<LeaderEpoch> epoch_;
  Gaps gaps_ = Gaps::may_be;
  Buffer block_;
  std::int64_t block_position_ = 0;
  std::size_t block_size_ = 0;
};

// Where the next whole batch begins in [from, end), whatever stands before it, whose records are at
// or behind `least`; none where there is none.
Result<std::optional<std::int64_t>> find_batch(File& file, std::int64_t from, std::int64_t end,
                                               Offset least);

}  // namespace odradek::log
