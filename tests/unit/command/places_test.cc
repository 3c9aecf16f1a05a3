// SPDX-License-Identifier: Apache-2.0
#include "command/places.h"

#include <gtest/gtest.h>

namespace odradek::command {
namespace {

constexpr Timestamp now{1'700'000'000'000};

TEST(PlacesTest, ReadsTimes) {
  EXPECT_EQ(parse_time("1700000000123", now)->value, 1'700'000'000'123);
  EXPECT_EQ(parse_time("2023-11-14T22:13:20", now)->value, now.value);
  EXPECT_EQ(parse_time("2023-11-14T22:13:20.25Z", now)->value, now.value + 250);
  EXPECT_EQ(parse_time("2023-11-14T22:13", now)->value, now.value - 20'000);
  EXPECT_EQ(parse_time("2023-11-14", now)->value, 1'699'920'000'000);
  EXPECT_EQ(parse_time("-10m", now)->value, now.value - 600'000);
  EXPECT_EQ(parse_time("-2h", now)->value, now.value - 7'200'000);
  EXPECT_EQ(parse_time("-1d", now)->value, now.value - 86'400'000);
}

TEST(PlacesTest, SaysWhatIsNoPlace) {
  for (const char* good : {"start", "end", "0", "42", "-10", "@-10m", "@2023-11-14", "@0"}) {
    EXPECT_TRUE(check_place(good)) << good;
  }
  for (const char* wrong : {"", "begin", "1.5", "@", "@yesterday", "@-10", "@-m", "@2023-11-99"}) {
    EXPECT_FALSE(check_place(wrong)) << wrong;
  }
}

}  // namespace
}  // namespace odradek::command
