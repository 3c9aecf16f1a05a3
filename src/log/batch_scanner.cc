// SPDX-License-Identifier: Apache-2.0
#include "log/batch_scanner.h"

#include <algorithm>
#include <limits>

namespace odradek::log {
namespace {

constexpr std::size_t header_block = 4 << 10;
constexpr std::size_t batch_block = 1 << 20;

Result<std::size_t> read_in_pieces(File& file, std::span<std::byte> room, std::int64_t position) {
  std::size_t done = 0;
  while (done < room.size()) {
    const auto piece = room.subspan(done, std::min(background_piece, room.size() - done));
    TRY(const std::size_t got, file.read(piece, position + static_cast<std::int64_t>(done)));
    done += got;
    if (got < piece.size()) break;
  }
  return done;
}

}  // namespace

Result<Bytes> BatchScanner::bytes_at(std::int64_t position, std::size_t size) {
  const auto block_end = block_position_ + static_cast<std::int64_t>(block_size_);
  const auto wanted_end = position + static_cast<std::int64_t>(size);
  if (position < block_position_ || wanted_end > block_end) {
    const std::size_t ahead = read_ == Read::headers ? header_block : batch_block;
    const auto most = static_cast<std::size_t>(end_ - position);
    const std::size_t wanted = std::min(std::max(size, ahead), most);
    block_.resize(std::max(block_.size(), wanted));
    TRY(block_size_, read_in_pieces(file_, std::span(block_).first(wanted), position));
    block_position_ = position;
    if (block_size_ < size) return Bytes{};
  }
  return Bytes(block_).subspan(static_cast<std::size_t>(position - block_position_), size);
}

Result<std::optional<BatchScanner::Found>> BatchScanner::next() {
  constexpr auto header_size = wire::BatchView::header_size;
  if (end_ - position_ < static_cast<std::int64_t>(header_size)) return std::nullopt;
  TRY(Bytes bytes, bytes_at(position_, header_size));
  if (bytes.empty()) return std::nullopt;
  const std::int64_t size = wire::BatchView::claimed_size(bytes);
  if (size < static_cast<std::int64_t>(header_size) || size > end_ - position_) return std::nullopt;
  if (!follows(wire::BatchView(bytes))) return std::nullopt;
  const bool is_wanted = read_ == Read::whole_batches || wire::BatchView(bytes).is_control();
  if (is_wanted) {
    TRY(bytes, bytes_at(position_, static_cast<std::size_t>(size)));
    if (bytes.empty()) return std::nullopt;
    const bool is_checked = read_ == Read::whole_batches;
    if (is_checked && !wire::BatchView(bytes).crc_is_right()) return std::nullopt;
  }
  const Found found{.position = position_, .size = size, .batch = wire::BatchView(bytes)};
  position_ += size;
  next_ = found.batch.next_offset();
  epoch_ = found.batch.leader_epoch();
  return found;
}

// The checksum does not cover what the broker itself wrote into the batch.
bool BatchScanner::follows(const wire::BatchView& batch) const {
  if (batch.magic() != wire::BatchView::magic_2) return false;
  if (batch.last_offset_delta() < 0 || batch.leader_epoch() < none_of<LeaderEpoch>) return false;
  if (epoch_ && batch.leader_epoch() < *epoch_) return false;
  if (!next_) return true;
  return gaps_ == Gaps::never ? batch.base_offset() == *next_ : batch.base_offset() >= *next_;
}

Result<std::optional<std::int64_t>> find_batch(File& file, std::int64_t from, std::int64_t end,
                                               Offset least) {
  constexpr auto header_size = wire::BatchView::header_size;
  Buffer block(batch_block);
  while (end - from >= static_cast<std::int64_t>(header_size)) {
    TRY(const std::size_t read, file.read(block, from));
    if (read < header_size) break;
    const std::size_t last = read - header_size;
    for (std::size_t i = 0; i <= last; ++i) {
      const wire::BatchView batch(Bytes(block).subspan(i, header_size));
      const bool is_likely =
          batch.magic() == wire::BatchView::magic_2 && batch.base_offset() >= least &&
          batch.base_offset() - least <= std::numeric_limits<std::int32_t>::max();
      if (!is_likely) continue;
      const std::int64_t position = from + static_cast<std::int64_t>(i);
      BatchScanner scanner(file, position, end, BatchScanner::Read::whole_batches);
      TRY(const auto found, scanner.next());
      if (found) return position;
    }
    from += static_cast<std::int64_t>(last) + 1;
  }
  return std::nullopt;
}

}  // namespace odradek::log
