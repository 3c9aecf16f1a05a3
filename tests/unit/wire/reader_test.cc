// SPDX-License-Identifier: Apache-2.0
#include "wire/reader.h"

#include "wire/messages.h"
#include "wire/writer.h"

#include <gtest/gtest.h>

namespace odradek::wire {
namespace {

struct Numbers {
  std::vector<std::int64_t> numbers;
  static void walk(auto& m, auto& wire) { wire(m.numbers); }
};

struct Tagged {
  std::int32_t plain = 0;
  std::int32_t tagged = 7;
  static void walk(auto& m, auto& wire) {
    wire(m.plain);
    wire.tag(3, m.tagged, always, std::int32_t{7});
  }
};

Buffer bytes_of(std::initializer_list<int> values) {
  Buffer bytes;
  for (const int value : values) bytes.push_back(static_cast<std::byte>(value));
  return bytes;
}

template <class Message>
bool reads(const Buffer& bytes, Message& message, bool flexible = true) {
  Reader reader(bytes, 0, flexible);
  reader.read(message);
  return reader.done();
}

TEST(ReaderTest, RefusesAnArrayThatClaimsMoreElementsThanThereAreBytes) {
  Numbers message;
  EXPECT_FALSE(reads(bytes_of({0x7f, 0xff, 0xff, 0xff, 0, 0, 0, 1}), message, false));
  EXPECT_EQ(message.numbers.capacity(), 0U);  // nothing was reserved for the lie
}

TEST(ReaderTest, ReservesNoMoreThanItsBudget) {
  // 3 MiB of one-byte elements would each become a struct of many bytes.
  Buffer bytes;
  append_big(bytes, std::int32_t{3 << 20});
  bytes.resize(bytes.size() + (3 << 20));
  MetadataRequest message;
  Reader reader(bytes, 1, false);
  reader.read(message);
  EXPECT_FALSE(reader.ok());
}

TEST(ReaderTest, RefusesNullWhereThereMayBeNone) {
  Numbers message;
  EXPECT_FALSE(reads(bytes_of({0xff, 0xff, 0xff, 0xff}), message, false));
  EXPECT_FALSE(reads(bytes_of({0x00, 0x00}), message, true));
}

TEST(ReaderTest, ReadsATaggedFieldAndSkipsThoseItDoesNotKnow) {
  Tagged message;
  ASSERT_TRUE(reads(
      bytes_of({0, 0, 0, 1, /*two tags*/ 2, /*1:*/ 1, 2, 9, 9, /*3:*/ 3, 4, 0, 0, 0, 5}), message));
  EXPECT_EQ(message.tagged, 5);
}

TEST(ReaderTest, ForgetsATaggedFieldOfTheMessageBefore) {
  Tagged message;
  message.tagged = 99;
  ASSERT_TRUE(reads(bytes_of({0, 0, 0, 1, 0}), message));
  EXPECT_EQ(message.tagged, 7);
}

TEST(ReaderTest, RefusesTagsThatAreUnorderedTwiceOrTooLong) {
  Tagged message;
  EXPECT_FALSE(reads(bytes_of({0, 0, 0, 1, 2, 4, 0, 2, 0}), message));
  EXPECT_FALSE(reads(bytes_of({0, 0, 0, 1, 2, 4, 0, 4, 0}), message));
  EXPECT_FALSE(reads(bytes_of({0, 0, 0, 1, 1, 4, 0x80, 0x80, 0x80, 0x80, 0x08}), message));
  EXPECT_FALSE(reads(bytes_of({0, 0, 0, 1, 0xff, 0xff, 0xff, 0xff, 0x0f}), message));
  EXPECT_FALSE(reads(bytes_of({0, 0, 0, 1, 1, 3, 5, 0, 0, 0, 5, 9}), message));
}

TEST(ReaderTest, RefusesMoreUnknownTagsThanTheLimit) {
  Buffer bytes = bytes_of({0, 0, 0, 1, 100});
  for (int tag = 10; tag < 110; ++tag) append(bytes, bytes_of({tag, 0}));
  Tagged message;
  EXPECT_FALSE(reads(bytes, message));
}

TEST(ReaderTest, RefusesAVarintOfMoreThan32Bits) {
  const Buffer bytes = bytes_of({0xff, 0xff, 0xff, 0xff, 0x1f});
  Reader reader(bytes, 0, true);
  reader.read_unsigned_varint();
  EXPECT_FALSE(reader.ok());
}

TEST(WriterTest, CutsATextThatIsLongerThanTheProtocolAllows) {
  CreateTopicsResponse response;
  response.topics.emplace_back().error_message = std::string(40000, 'x');
  for (const Version version : {Version{4}, Version{7}}) {
    const bool flexible = CreateTopicsRequest::api.is_flexible(version);
    Output output;
    Writer(output, version, flexible).write(response);
    CreateTopicsResponse read;
    Reader reader(output.bytes, version, flexible);
    reader.read(read);
    ASSERT_TRUE(reader.done());
    EXPECT_EQ(read.topics[0].error_message->size(), 32767U);
  }
}

TEST(WriterTest, LeavesOutATaggedFieldAtItsDefault) {
  Output output;
  Writer(output, 0, true).write(Tagged{});
  EXPECT_EQ(output.bytes, bytes_of({0, 0, 0, 0, 0}));
}

}  // namespace
}  // namespace odradek::wire
