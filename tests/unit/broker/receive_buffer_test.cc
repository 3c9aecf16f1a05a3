// SPDX-License-Identifier: Apache-2.0
#include "broker/receive_buffer.h"

#include "base/bytes.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace odradek::broker {
namespace {

Buffer frame_of(std::size_t size, char fill) {
  Buffer frame;
  append_big(frame, static_cast<std::int32_t>(size));
  frame.resize(frame.size() + size, static_cast<std::byte>(fill));
  return frame;
}

class ReceiveBufferTest : public testing::Test {
 protected:
  // Hands `bytes` over as a socket would, at most `step` at a time, and collects whole frames.
  std::vector<ReceiveBuffer::Frame> feed(Bytes bytes, std::size_t step) {
    std::vector<ReceiveBuffer::Frame> frames;
    while (!bytes.empty()) {
      const auto room = buffer_.prepare();
      const std::size_t size = std::min({room.size(), step, bytes.size()});
      std::copy_n(bytes.begin(), size, room.begin());
      buffer_.received(size);
      bytes = bytes.subspan(size);
      ReceiveBuffer::Frame frame;
      while (buffer_.next(frame) == ReceiveBuffer::Next::frame) frames.push_back(frame);
    }
    return frames;
  }

  SlabPool slabs_;
  ReceiveBuffer buffer_{slabs_, 100 << 20};
};

TEST_F(ReceiveBufferTest, FramesArriveWholeWhateverThePieces) {
  Buffer stream;
  for (const std::size_t size : {0U, 1U, 100U, 20000U, 70000U, 1000000U, 5U, 3000000U, 10U}) {
    append(stream, frame_of(size, static_cast<char>('a' + size % 26)));
  }
  for (const std::size_t step : {1000U, 4096U, 70000U, 1U << 20, 1U << 30}) {
    const auto frames = feed(stream, step);
    ASSERT_EQ(frames.size(), 9U) << step;
    EXPECT_EQ(frames[7].bytes.size(), 3000000U);
    for (const auto& frame : frames) {
      const auto fill = static_cast<std::byte>('a' + frame.bytes.size() % 26);
      EXPECT_TRUE(std::all_of(frame.bytes.begin(), frame.bytes.end(),
                              [&](std::byte each) { return each == fill; }));
    }
  }
}

TEST_F(ReceiveBufferTest, AClaimReservesOnlyWhatHasBeenEarned) {
  Buffer claim;
  append_big(claim, std::int32_t{100 << 20});
  claim.push_back(std::byte{1});
  feed(claim, 100);
  (void)buffer_.prepare();
  EXPECT_LE(buffer_.held(), 64U << 10);
}

TEST_F(ReceiveBufferTest, IllegalLengthsAreSaidSo) {
  for (const std::int32_t length : {-1, -2147483647, (100 << 20) + 1, 0x16030100, 0x47455420}) {
    ReceiveBuffer buffer(slabs_, 100 << 20);
    Buffer bytes;
    append_big(bytes, length);
    const auto room = buffer.prepare();
    std::copy(bytes.begin(), bytes.end(), room.begin());
    buffer.received(bytes.size());
    ReceiveBuffer::Frame frame;
    EXPECT_EQ(buffer.next(frame), ReceiveBuffer::Next::illegal) << length;
  }
}

TEST_F(ReceiveBufferTest, AnIdleConnectionHoldsNoMemory) {
  feed(frame_of(500000, 'x'), 1 << 20);
  buffer_.release_if_empty();
  EXPECT_EQ(buffer_.held(), 0U);
}

TEST_F(ReceiveBufferTest, FramesThatAreKeptAreNotOverwritten) {
  const auto kept = feed(frame_of(10000, 'k'), 1 << 20);
  for (int i = 0; i < 300; ++i) feed(frame_of(10000, 'z'), 1 << 20);
  EXPECT_EQ(kept[0].bytes.front(), std::byte{'k'});
  EXPECT_EQ(kept[0].bytes.back(), std::byte{'k'});
}

}  // namespace
}  // namespace odradek::broker
