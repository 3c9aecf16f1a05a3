// SPDX-License-Identifier: Apache-2.0
#include "broker/send_queue.h"

#include "support/temporary_directory.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <string>

namespace odradek::broker {
namespace {

constexpr std::size_t slice_size = 5000;

Buffer filled(std::size_t size, char first) {
  Buffer content(size);
  for (std::size_t i = 0; i < size; ++i) {
    content[i] = static_cast<std::byte>(first + static_cast<char>(i % 7));
  }
  return content;
}

// Two ends of one connection, neither of which waits.
class SendQueueTest : public testing::Test {
 protected:
  SendQueueTest() {
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends_.data()) != 0) std::abort();
    descriptor_ = ::open((directory_ / "records").c_str(), O_RDWR | O_CREAT, 0600);
    const Buffer content = filled(2 * slice_size, 'A');
    if (::write(descriptor_, content.data(), content.size()) !=
        static_cast<ssize_t>(content.size())) {
      std::abort();
    }
  }
  ~SendQueueTest() override {
    for (const int each : {ends_[0], ends_[1], descriptor_}) ::close(each);
  }

  // Encoded bytes, records from memory, and records from the file, from its middle.
  wire::Output answer() const {
    wire::Output output;
    output.bytes = filled(300, 'a');
    Slice memory;
    memory.size = slice_size;
    memory.memory = in_memory_.data();
    Slice file;
    file.size = slice_size;
    file.descriptor = descriptor_;
    file.file_position = slice_size;
    output.splices = {{100, memory}, {200, file}};
    return output;
  }

  Buffer expected() const {
    const Buffer head = filled(300, 'a');
    const Buffer file = filled(2 * slice_size, 'A');
    Buffer all(head.begin(), head.begin() + 100);
    append(all, in_memory_);
    append(all, Bytes(head).subspan(100, 100));
    append(all, Bytes(file).subspan(slice_size));
    append(all, Bytes(head).subspan(200));
    return all;
  }

  Buffer received() const {
    Buffer all(1 << 20);
    const ssize_t got = ::recv(ends_[1], all.data(), all.size(), 0);
    all.resize(static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    return all;
  }

  test::TemporaryDirectory directory_;
  std::array<int, 2> ends_{};
  int descriptor_ = -1;
  const Buffer in_memory_ = filled(slice_size, '0');
  SendQueue queue_;
};

TEST_F(SendQueueTest, AllPartsInTheirOrder) {
  queue_.add(answer());
  std::size_t left = 1 << 20;
  EXPECT_EQ(queue_.send(ends_[0], left), SendQueue::Progress::sent_all);
  EXPECT_EQ(received(), expected());
  EXPECT_EQ(left, (1U << 20) - expected().size());
  EXPECT_TRUE(queue_.empty());
}

TEST_F(SendQueueTest, NoMoreThanIsAllowedAtOnce) {
  for (const std::size_t step : {1U, 99U, 100U, 777U, 5100U, 10000U}) {
    queue_.add(answer());
    Buffer all;
    auto progress = SendQueue::Progress::used_up;
    while (progress == SendQueue::Progress::used_up) {
      std::size_t left = step;
      progress = queue_.send(ends_[0], left);
      const Buffer piece = received();
      EXPECT_EQ(piece.size(), step - left);
      append(all, piece);
    }
    EXPECT_EQ(progress, SendQueue::Progress::sent_all);
    EXPECT_EQ(all, expected()) << step;
  }
}

TEST_F(SendQueueTest, GoesOnWhereTheReceiverStopped) {
  for (int i = 0; i < 100; ++i) queue_.add(answer());
  Buffer all;
  auto progress = SendQueue::Progress::blocked;
  while (progress == SendQueue::Progress::blocked) {
    std::size_t left = 1 << 30;
    progress = queue_.send(ends_[0], left);
    append(all, received());
  }
  EXPECT_EQ(progress, SendQueue::Progress::sent_all);
  for (Buffer more = received(); !more.empty(); more = received()) append(all, more);
  EXPECT_EQ(all.size(), 100 * expected().size());
  EXPECT_TRUE(std::equal(all.end() - static_cast<std::ptrdiff_t>(expected().size()), all.end(),
                         expected().begin()));
}

TEST_F(SendQueueTest, WhatTheFileHasIsLetGoOf) {
  wire::Output output;
  Slice both;
  both.size = slice_size;
  both.memory = in_memory_.data();
  both.descriptor = descriptor_;
  output.splices = {{0, both}};
  queue_.add(output);
  EXPECT_EQ(queue_.held_bytes(), slice_size);
  queue_.release_memory();
  EXPECT_EQ(queue_.held_bytes(), 0U);
  std::size_t left = slice_size;
  EXPECT_EQ(queue_.send(ends_[0], left), SendQueue::Progress::sent_all);
  EXPECT_EQ(received(), filled(slice_size, 'A'));
}

TEST_F(SendQueueTest, AFileThatEndsTooEarlyIsAFailure) {
  queue_.add(answer());
  ASSERT_EQ(::ftruncate(descriptor_, slice_size + 10), 0);
  std::size_t left = 1 << 20;
  EXPECT_EQ(queue_.send(ends_[0], left), SendQueue::Progress::failed);
}

}  // namespace
}  // namespace odradek::broker
