// SPDX-License-Identifier: Apache-2.0
#include "wire/compression.h"

#include <gtest/gtest.h>
#include <snappy.h>
#include <zstd.h>

#include <random>

namespace odradek::wire {
namespace {

constexpr std::size_t limit = 1 << 20;

class EachCodec : public testing::TestWithParam<Codec> {};

Buffer text_of(std::size_t size) {
  std::mt19937 random(7);
  Buffer text(size);
  for (auto& byte : text) byte = static_cast<std::byte>('a' + random() % 7);
  return text;
}

TEST_P(EachCodec, GivesBackWhatWentIn) {
  for (const std::size_t size : {0U, 1U, 100U, 70000U, 1000000U}) {
    const Buffer plain = text_of(size);
    const auto packed = compress(GetParam(), plain);
    ASSERT_TRUE(packed);
    const auto unpacked = decompress(GetParam(), *packed, limit);
    ASSERT_TRUE(unpacked) << size;
    EXPECT_EQ(*unpacked, plain) << size;
  }
}

TEST_P(EachCodec, StopsABombAtTheLimit) {
  const Buffer zeros(8 << 20);
  const auto packed = compress(GetParam(), zeros);
  ASSERT_TRUE(packed);
  const auto unpacked = decompress(GetParam(), *packed, limit);
  ASSERT_FALSE(unpacked);
  EXPECT_EQ(unpacked.error().fault, Fault::too_large);
}

TEST_P(EachCodec, NoticesThatTheEndIsMissing) {
  if (GetParam() == Codec::none) return;
  const auto packed = compress(GetParam(), text_of(100000));
  ASSERT_TRUE(packed);
  for (const std::size_t missing : {1U, 7U, 5000U}) {
    const auto cut = decompress(GetParam(), Bytes(*packed).first(packed->size() - missing), limit);
    EXPECT_FALSE(cut) << missing;
  }
}

TEST_P(EachCodec, SurvivesEveryFlippedByte) {
  if (GetParam() == Codec::none) return;
  const auto packed = compress(GetParam(), text_of(3000));
  ASSERT_TRUE(packed);
  for (std::size_t i = 0; i < packed->size(); ++i) {
    Buffer damaged = *packed;
    damaged[i] ^= std::byte{0xff};
    const auto unpacked = decompress(GetParam(), damaged, limit);
    if (unpacked) {
      EXPECT_LE(unpacked->size(), limit);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Codecs, EachCodec,
                         testing::Values(Codec::none, Codec::gzip, Codec::snappy, Codec::lz4,
                                         Codec::zstd));

TEST(CompressionTest, ReadsRawSnappyAsLibrdkafkaWritesIt) {
  const Buffer plain = text_of(50000);
  std::string raw;
  snappy::Compress(chars(Bytes(plain)), plain.size(), &raw);
  const auto unpacked = decompress(Codec::snappy, as_bytes(raw), limit);
  ASSERT_TRUE(unpacked);
  EXPECT_EQ(*unpacked, plain);
}

TEST(CompressionTest, ReadsSeveralMembersInARow) {
  const Buffer plain = text_of(1000);
  for (const Codec codec : {Codec::gzip, Codec::zstd, Codec::lz4}) {
    auto packed = compress(codec, plain);
    ASSERT_TRUE(packed);
    const Buffer one = *packed;
    append(*packed, one);
    const auto unpacked = decompress(codec, *packed, limit);
    ASSERT_TRUE(unpacked);
    EXPECT_EQ(unpacked->size(), 2 * plain.size());
  }
}

TEST(CompressionTest, ASnappyBlockThatLiesAboutItsLengthReservesNothing) {
  Buffer lie;
  for (const int byte : {0xff, 0xff, 0x3f, 0x00}) lie.push_back(static_cast<std::byte>(byte));
  EXPECT_FALSE(decompress(Codec::snappy, lie, limit));
}

}  // namespace
}  // namespace odradek::wire
