// SPDX-License-Identifier: Apache-2.0
#include "base/uuid.h"

#include <gtest/gtest.h>

namespace odradek {
namespace {

TEST(UuidTest, WritesKafkasTextForm) {
  Uuid id;
  EXPECT_EQ(id.to_string(), "AAAAAAAAAAAAAAAAAAAAAA");
  for (std::size_t i = 0; i < id.bytes.size(); ++i) id.bytes[i] = static_cast<std::byte>(0xf0 + i);
  EXPECT_EQ(id.to_string(), "8PHy8_T19vf4-fr7_P3-_w");
}

TEST(UuidTest, ReadsWhatItWrites) {
  const Uuid id = Uuid::random();
  EXPECT_EQ(Uuid::parse(id.to_string()), id);
  EXPECT_NE(id.to_string().front(), '-');
}

TEST(UuidTest, RefusesOtherText) {
  EXPECT_FALSE(Uuid::parse(""));
  EXPECT_FALSE(Uuid::parse("8PHy8_T19vf4-fr7_P3-_"));
  EXPECT_FALSE(Uuid::parse("8PHy8/T19vf4+fr7/P3+/w"));
}

}  // namespace
}  // namespace odradek
