// SPDX-License-Identifier: Apache-2.0
#include "cleaner/offset_map.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>

namespace odradek::cleaner {
namespace {

TEST(OffsetMap, HoldsTheLastOffsetOfEachKeyUntilItIsFull) {
  OffsetMap map(1000, 0.9, {1, 2});
  std::map<std::string, Offset> model;
  std::mt19937 random(7);
  for (std::int64_t i = 0; i < 20000; ++i) {
    const std::string key = "key-" + std::to_string(random() % 1500);
    const bool fits = model.contains(key) || model.size() < 1000;
    ASSERT_EQ(map.put(map.key(as_bytes(key)), Offset{i}), fits);
    if (fits) model[key] = Offset{i};
  }
  EXPECT_EQ(map.size(), 1000U);
  for (int i = 0; i < 1500; ++i) {
    const std::string key = "key-" + std::to_string(i);
    const auto known = model.find(key);
    EXPECT_EQ(map.get(map.key(as_bytes(key))),
              known == model.end() ? std::nullopt : std::optional(known->second));
  }
}

TEST(OffsetMap, KeepsItsBounds) {
  for (const std::size_t most : {2'000UL, 65'536UL, 1'000'000UL, 1UL << 20, 3'333'333UL}) {
    const std::size_t keys = OffsetMap::keys_in(most, 0.9);
    EXPECT_GT(keys, most / 50);
    OffsetMap map(keys, 0.9, {});
    EXPECT_LT(map.bytes(), 2000U);
    std::size_t largest = 0;
    for (std::int64_t i = 0; i < static_cast<std::int64_t>(keys); ++i) {
      const std::size_t before = map.bytes();
      ASSERT_TRUE(map.put(map.key(as_bytes(std::to_string(i))), Offset{i}));
      largest = std::max(largest, before == map.bytes() ? before : before + map.bytes());
    }
    EXPECT_FALSE(map.put(map.key({}), Offset{0}));
    EXPECT_LE(largest, most);
  }
}

TEST(OffsetMap, MayBeAlmostEmpty) {
  OffsetMap map(300, 0.001, {});
  for (std::int64_t i = 0; i < 300; ++i) {
    ASSERT_TRUE(map.put(map.key(as_bytes(std::to_string(i))), Offset{i}));
  }
  EXPECT_EQ(map.get(map.key(as_bytes("299"))), Offset{299});
}

TEST(OffsetMap, AnEmptyKeyIsAKey) {
  OffsetMap map(1, 0.9, {});
  EXPECT_FALSE(map.get(map.key({})));
  EXPECT_TRUE(map.put(map.key({}), Offset{0}));
  EXPECT_EQ(map.get(map.key({})), Offset{0});
}

}  // namespace
}  // namespace odradek::cleaner
