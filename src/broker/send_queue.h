// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "base/slice.h"
#include "wire/writer.h"

#include <sys/types.h>

#include <cstdint>
#include <deque>

namespace odradek::broker {

// Bytes on their way to one client: encoded answers, with records from memory or from files
// between them. Sends as much as the socket takes with as few calls as possible.
class SendQueue {
 public:
  // Adds an encoded answer; its bytes are copied, its slices are kept until they are sent.
  void add(const wire::Output& output);

  enum class Progress { sent_all, blocked, used_up, failed };
  // Sends at most `left` bytes, and takes what it sent off it.
  Progress send(int socket, std::size_t& left);

  bool empty() const { return parts_.empty(); }
  // Memory that is held until it is sent, slices included.
  std::size_t held_bytes() const;
  // Lets go of slices that stand in a file too: they will be sent from there.
  void release_memory();

 private:
  // A range of bytes_, or a slice.
  struct Part {
    std::size_t begin = 0;
    std::size_t size = 0;
    Slice slice;
    bool is_slice() const { return slice.memory != nullptr || slice.descriptor >= 0; }
  };

  void add_bytes(Bytes bytes);
  ssize_t send_memory(int socket, std::size_t most) const;
  ssize_t send_file(int socket, std::size_t most) const;
  void advance(std::size_t size);
  Bytes memory_of(const Part& part) const;

  Buffer bytes_;
  std::deque<Part> parts_;
};

}  // namespace odradek::broker
