// SPDX-License-Identifier: Apache-2.0
#include "base/crc32c.h"

#include <gtest/gtest.h>

#include <random>

namespace odradek {
namespace {

Buffer random_bytes(std::size_t size) {
  std::mt19937 random(static_cast<unsigned>(size));
  Buffer bytes(size);
  for (auto& byte : bytes) byte = static_cast<std::byte>(random());
  return bytes;
}

TEST(Crc32cTest, MatchesTheCheckValueOfItsSpecification) {
  EXPECT_EQ(crc32c(as_bytes("123456789")), 0xe3069283U);
  EXPECT_EQ(crc32c_portable(as_bytes("123456789")), 0xe3069283U);
}

TEST(Crc32cTest, FastAndPortableAgreeAtEverySizeAroundTheStrides) {
  for (std::size_t size = 0; size < 300; ++size) {
    const Buffer bytes = random_bytes(size);
    ASSERT_EQ(crc32c(bytes), crc32c_portable(bytes)) << size;
  }
  for (const std::size_t size : {3071U, 3072U, 3073U, 6144U, 10000U, 1000003U}) {
    const Buffer bytes = random_bytes(size);
    ASSERT_EQ(crc32c(bytes), crc32c_portable(bytes)) << size;
  }
}

TEST(Crc32cTest, ContinuesFromASeed) {
  const Buffer bytes = random_bytes(9000);
  const Bytes all(bytes);
  EXPECT_EQ(crc32c(all.subspan(4001), crc32c(all.first(4001))), crc32c(all));
}

}  // namespace
}  // namespace odradek
