// SPDX-License-Identifier: Apache-2.0
#include "log/batch_scanner.h"

#include <algorithm>

namespace odradek::log {
namespace {

constexpr std::size_t header_block = 4 << 10;
constexpr std::size_t batch_block = 1 << 20;

}  // namespace

Result<Bytes> BatchScanner::bytes_at(std::int64_t position, std::size_t size) {
  const auto block_end = block_position_ + static_cast<std::int64_t>(block_size_);
  const auto wanted_end = position + static_cast<std::int64_t>(size);
  if (position < block_position_ || wanted_end > block_end) {
    const std::size_t ahead = read_ == Read::headers ? header_block : batch_block;
    const auto most = static_cast<std::size_t>(end_ - position);
    block_.resize(std::max(block_.size(), std::max(size, ahead)));
    TRY(block_size_,
        file_.read(std::span(block_).first(std::min(std::max(size, ahead), most)), position));
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
  if (wire::BatchView(bytes).magic() != wire::BatchView::magic_2) return std::nullopt;
  const bool is_wanted = read_ == Read::whole_batches || wire::BatchView(bytes).is_control();
  if (is_wanted) {
    TRY(bytes, bytes_at(position_, static_cast<std::size_t>(size)));
    if (bytes.empty()) return std::nullopt;
    const bool is_checked = read_ == Read::whole_batches;
    if (is_checked && !wire::BatchView(bytes).crc_is_right()) return std::nullopt;
  }
  const Found found{.position = position_, .size = size, .batch = wire::BatchView(bytes)};
  position_ += size;
  return found;
}

}  // namespace odradek::log
