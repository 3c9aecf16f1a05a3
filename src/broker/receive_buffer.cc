// SPDX-License-Identifier: Apache-2.0
#include "broker/receive_buffer.h"

#include "base/bytes.h"

#include <algorithm>
#include <cstring>

namespace odradek::broker {

void ReceiveBuffer::move_to_slab(std::size_t size) {
  SlabPtr next = slabs_.take(size);
  if (pending() > 0) {
    std::memcpy(next->bytes().data(), slab_->bytes().data() + begin_, pending());
  }
  end_ = pending();
  begin_ = 0;
  slab_ = std::move(next);
}

std::span<std::byte> ReceiveBuffer::prepare() {
  // What the frame at the front may have for now, and a little for the one behind it.
  const std::size_t frame = missing_ > 0 ? pending() + missing_ : 0;
  const std::size_t earned = std::max({smallest, trusted_, pending() * growth});
  const std::size_t wanted = std::max(std::min(frame, earned), std::min(trusted_, earned));
  if (!slab_) {
    move_to_slab(std::max(wanted, smallest));
  } else if (slab_->bytes().size() - begin_ < wanted || end_ == slab_->bytes().size()) {
    const bool is_alone = slab_->use_count() == 1;
    if (is_alone && pending() <= smallest && slab_->bytes().size() >= wanted) {
      std::memmove(slab_->bytes().data(), slab_->bytes().data() + begin_, pending());
      end_ = pending();
      begin_ = 0;
    } else {
      move_to_slab(std::max(wanted, pending() + smallest));
    }
  }
  auto room = slab_->bytes().subspan(end_);
  // Behind a large frame, take little of the next one: it would have to be moved.
  if (missing_ > smallest && room.size() > missing_ + smallest) {
    room = room.first(missing_ + smallest);
  }
  return room;
}

ReceiveBuffer::Next ReceiveBuffer::next(Frame& frame) {
  missing_ = 0;
  if (pending() < length_size) return Next::incomplete;
  const auto claimed = load_big<std::int32_t>(slab_->bytes().data() + begin_);
  if (claimed < 0 || static_cast<std::size_t>(claimed) > max_frame_) return Next::illegal;
  const std::size_t size = length_size + static_cast<std::size_t>(claimed);
  if (pending() < size) {
    missing_ = size - pending();
    return Next::incomplete;
  }
  frame.bytes = slab_->bytes().subspan(begin_ + length_size, size - length_size);
  frame.keeper = slab_;
  begin_ += size;
  trusted_ = std::min(std::max(trusted_, size), most_trusted);
  return Next::frame;
}

void ReceiveBuffer::release_if_empty() {
  if (!empty()) return;
  slab_.reset();
  begin_ = 0;
  end_ = 0;
}

}  // namespace odradek::broker
