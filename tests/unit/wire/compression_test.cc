// SPDX-License-Identifier: Apache-2.0
#include "wire/decompressor.h"

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

TEST(DecompressorTest, TakesEachBatchForItself) {
  Decompressor decompressor;
  std::mt19937 random(7);
  for (int i = 0; i < 300; ++i) {
    const auto codec = static_cast<Codec>(random() % codec_count);
    const std::size_t size = i % 50 == 0 ? 5 << 20 : random() % 200000;
    const Buffer plain = text_of(size);
    Buffer packed = *compress(codec, plain);
    const bool is_damaged = random() % 3 == 0 && !packed.empty();
    if (is_damaged)
      packed.resize(packed.size() - 1 - random() % std::min<std::size_t>(packed.size(), 9));
    const bool is_cut_off = random() % 3 == 0 && size > 0;
    const auto unpacked = decompressor.unpack(codec, packed, is_cut_off ? size - 1 : 6 << 20);
    if (is_damaged || is_cut_off) {
      const bool is_noticed = !unpacked || (codec == Codec::none && !is_cut_off);
      EXPECT_TRUE(is_noticed || unpacked->size() < size) << i;
    } else {
      ASSERT_TRUE(unpacked) << i;
      EXPECT_TRUE(std::equal(unpacked->begin(), unpacked->end(), plain.begin(), plain.end())) << i;
    }
  }
}

TEST(CompressionTest, TakesNoMoreMemoryThanItNeeds) {
  for (const Codec codec : {Codec::gzip, Codec::lz4, Codec::snappy, Codec::zstd}) {
    const auto packed = compress(codec, text_of(1 << 20));
    EXPECT_EQ(packed->capacity(), packed->size());
  }
}

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
