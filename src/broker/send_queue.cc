// SPDX-License-Identifier: Apache-2.0
#include "broker/send_queue.h"

#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace odradek::broker {
namespace {

constexpr std::size_t max_vectors = 128;
// What an emptied queue keeps reserved.
constexpr std::size_t kept_capacity = 16 << 10;

SendQueue::Progress progress_of_failure() {
  const bool would_block = errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
  return would_block ? SendQueue::Progress::blocked : SendQueue::Progress::failed;
}

}  // namespace

void SendQueue::add_bytes(Bytes bytes) {
  if (bytes.empty()) return;
  const std::size_t begin = bytes_.size();
  append(bytes_, bytes);
  if (!parts_.empty() && !parts_.back().is_slice()) {
    parts_.back().size += bytes.size();
  } else {
    parts_.push_back({.begin = begin, .size = bytes.size(), .slice = {}});
  }
}

void SendQueue::add(const wire::Output& output) {
  const Bytes bytes(output.bytes);
  std::size_t done = 0;
  for (const auto& splice : output.splices) {
    add_bytes(bytes.subspan(done, splice.at - done));
    done = splice.at;
    if (splice.slice.size > 0) {
      parts_.push_back({.begin = 0, .size = splice.slice.size, .slice = splice.slice});
    }
  }
  add_bytes(bytes.subspan(done));
}

Bytes SendQueue::memory_of(const Part& part) const {
  if (part.is_slice()) return {part.slice.memory, part.size};
  return Bytes(bytes_).subspan(part.begin, part.size);
}

SendQueue::Progress SendQueue::send(int socket, std::size_t& left) {
  while (!parts_.empty()) {
    if (left == 0) return Progress::used_up;
    const Part& front = parts_.front();
    const bool from_file = front.is_slice() && front.slice.memory == nullptr;
    const ssize_t sent = from_file ? send_file(socket, left) : send_memory(socket, left);
    if (sent < 0) return progress_of_failure();
    if (sent == 0) return Progress::failed;  // the file is shorter than it was
    left -= static_cast<std::size_t>(sent);
    advance(static_cast<std::size_t>(sent));
  }
  bytes_.clear();
  if (bytes_.capacity() > kept_capacity) bytes_ = Buffer();
  return Progress::sent_all;
}

ssize_t SendQueue::send_memory(int socket, std::size_t most) const {
  std::array<iovec, max_vectors> vectors;
  std::size_t count = 0;
  bool more = false;
  for (const Part& part : parts_) {
    more = most == 0 || count == max_vectors || (part.is_slice() && part.slice.memory == nullptr);
    if (more) break;
    const Bytes memory = memory_of(part);
    const std::size_t size = std::min(memory.size(), most);
    vectors[count++] = {const_cast<std::byte*>(memory.data()), size};
    most -= size;
  }
  msghdr message{};
  message.msg_iov = vectors.data();
  message.msg_iovlen = count;
  return ::sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT | (more ? MSG_MORE : 0));
}

ssize_t SendQueue::send_file(int socket, std::size_t most) const {
  const Part& part = parts_.front();
  off_t position = part.slice.file_position;
  return ::sendfile(socket, part.slice.descriptor, &position, std::min(part.size, most));
}

void SendQueue::advance(std::size_t size) {
  while (size > 0) {
    Part& part = parts_.front();
    const std::size_t step = std::min(size, part.size);
    size -= step;
    part.size -= step;
    if (part.size == 0) {
      parts_.pop_front();
    } else if (part.is_slice()) {
      if (part.slice.memory) part.slice.memory += step;
      part.slice.file_position += static_cast<std::int64_t>(step);
    } else {
      part.begin += step;
    }
  }
}

std::size_t SendQueue::held_bytes() const {
  std::size_t total = 0;
  for (const Part& part : parts_) {
    if (!part.is_slice() || part.slice.memory) total += part.size;
  }
  return total;
}

void SendQueue::release_memory() {
  for (Part& part : parts_) {
    if (!part.is_slice() || part.slice.descriptor < 0) continue;
    part.slice.memory = nullptr;
    part.slice.memory_keeper.reset();
  }
}

}  // namespace odradek::broker
