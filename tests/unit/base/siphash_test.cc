// SPDX-License-Identifier: Apache-2.0
#include "base/siphash.h"

#include <gtest/gtest.h>

#include <array>

namespace odradek {
namespace {

// Of the authors' vectors: the key is 00 01 .. 0f, the input 00 01 02 ...
constexpr Hash128 key{0x0706050403020100, 0x0f0e0d0c0b0a0908};

TEST(SipHash, GivesWhatItsAuthorsGive) {
  std::array<std::byte, 64> input;
  for (std::size_t i = 0; i < input.size(); ++i) input[i] = static_cast<std::byte>(i);
  EXPECT_EQ(siphash128(key, {}), (Hash128{0xe6a825ba047f81a3, 0x930255c71472f66d}));
  EXPECT_EQ(siphash128(key, Bytes(input).first(1)),
            (Hash128{0x44af996bd8c187da, 0x45fc229b11597634}));
  EXPECT_NE(siphash128(key, Bytes(input).first(8)), siphash128(key, Bytes(input).first(9)));
  EXPECT_NE(siphash128({1, 2}, input), siphash128(key, input));
}

}  // namespace
}  // namespace odradek
