// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "broker/slab.h"

#include <cstdint>
#include <optional>
#include <span>

namespace odradek::broker {

// What a connection has received and not yet executed. A frame is a big-endian length and that many
// bytes. Memory follows what has arrived, not what a length claims: a frame may reserve a few times
// what is there of it, or what earlier frames of the connection really had.
class ReceiveBuffer {
 public:
  ReceiveBuffer(SlabPool& slabs, std::size_t max_frame) : slabs_(slabs), max_frame_(max_frame) {}

  // Room for the next receive; never empty.
  std::span<std::byte> prepare();
  void received(std::size_t size) { end_ += size; }

  struct Frame {
    std::span<std::byte> bytes;  // without its length
    KeeperPtr keeper;
  };
  enum class Next { frame, incomplete, illegal };
  // Takes the next whole frame off the front. Illegal: a length that is negative or too large.
  Next next(Frame& frame);

  // How much of the frame at the front has not arrived; 0 where not even its length has.
  std::size_t missing() const { return missing_; }
  bool empty() const { return begin_ == end_; }
  // How much memory is held.
  std::size_t held() const { return slab_ ? slab_->bytes().size() : 0; }
  // Gives the memory back if nothing is pending: an idle connection holds none.
  void release_if_empty();

 private:
  static constexpr std::size_t length_size = 4;
  static constexpr std::size_t smallest = 16 << 10;
  static constexpr std::size_t growth = 8;
  static constexpr std::size_t most_trusted = 2 << 20;

  std::size_t pending() const { return end_ - begin_; }
  void move_to_slab(std::size_t size);

  SlabPool& slabs_;
  std::size_t max_frame_;
  SlabPtr slab_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::size_t missing_ = 0;
  std::size_t trusted_ = 0;  // the size of the largest frame that came, within limits
};

}  // namespace odradek::broker
