// SPDX-License-Identifier: Apache-2.0
#include "base/utf16.h"

#include <gtest/gtest.h>

#include <limits>

namespace odradek {
namespace {

// The expected values are what Java's String.hashCode() and length() say.
TEST(Utf16Test, HashesLikeJava) {
  EXPECT_EQ(java_hash(""), 0);
  EXPECT_EQ(java_hash("a"), 97);
  EXPECT_EQ(java_hash("my-group"), -1906497762);
  EXPECT_EQ(java_hash("console-consumer-12345"), 158455506);
  EXPECT_EQ(java_hash("gruppe-ä-名前"), -1165821253);
  EXPECT_EQ(java_hash("😀 group"), -1570619006);
  EXPECT_EQ(java_hash("polygenelubricants"), std::numeric_limits<std::int32_t>::min());
}

TEST(Utf16Test, CountsUnitsLikeJava) {
  EXPECT_EQ(java_length(""), 0U);
  EXPECT_EQ(java_length("gruppe-ä-名前"), 11U);
  EXPECT_EQ(java_length("😀"), 2U);
}

TEST(Utf16Test, TakesMalformedBytesAsJavaDoes) {
  EXPECT_EQ(java_hash("\xff"), 0xFFFD);
  EXPECT_EQ(java_length("\xff\xfe"), 2U);
  EXPECT_EQ(java_length("\xe2\x82"), 1U);      // the beginning of a euro sign
  EXPECT_EQ(java_length("\xed\xa0\x80"), 1U);  // a lone surrogate
  EXPECT_EQ(java_length("\xf0\x9f\x98"
                        "a"),
            2U);                           // cut short, then a letter
  EXPECT_EQ(java_length("\xc0\x80"), 2U);  // an overlong zero
}

TEST(Utf16Test, PartitionsAreNeverNegative) {
  EXPECT_EQ(java_partition("polygenelubricants", 50), 0);
  EXPECT_EQ(java_partition("gruppe-ä-名前", 50), 3);
  EXPECT_EQ(java_partition("my-group", 1), 0);
}

}  // namespace
}  // namespace odradek
