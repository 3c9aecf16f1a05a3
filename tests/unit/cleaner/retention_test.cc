// SPDX-License-Identifier: Apache-2.0
#include "cleaner/retention.h"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

namespace odradek::cleaner {
namespace {

constexpr Offset all{std::numeric_limits<std::int64_t>::max()};

class RetentionTest : public testing::Test {
 protected:
  // Ten offsets each.
  void add(std::int64_t size, std::int64_t largest) {
    const Offset base = segments_.empty() ? Offset{0} : segments_.back().end;
    segments_.push_back({base, base + 10, size});
    times_.push_back({largest});
  }

  std::size_t expired(const RetentionRules& rules, std::int64_t now = 1000,
                      Offset high_watermark = all) {
    const auto count =
        count_expired(segments_, rules, high_watermark, {now}, [this](std::size_t i) {
          ++asked_;
          return Result<Timestamp>(times_[i]);
        });
    EXPECT_TRUE(count);
    return *count;
  }

  std::vector<StoredSegment> segments_;
  std::vector<Timestamp> times_;
  int asked_ = 0;
};

TEST_F(RetentionTest, SegmentsGoWhenTheirLargestTimestampIsOlderThanAllowed) {
  add(100, 300);
  add(100, 500);
  add(100, 900);
  EXPECT_EQ(expired({.ms = 700}), 0U);  // exactly so old
  EXPECT_EQ(expired({.ms = 699}), 1U);
  EXPECT_EQ(expired({.ms = 400}), 2U);
  EXPECT_EQ(expired({.ms = 0}), 3U);
  EXPECT_EQ(expired({.ms = 0}, 900), 2U);
}

TEST_F(RetentionTest, AYoungSegmentKeepsOlderOnesBehindIt) {
  add(100, 900);
  add(100, 100);
  EXPECT_EQ(expired({.ms = 500}), 0U);
  EXPECT_EQ(asked_, 1);
}

TEST_F(RetentionTest, SegmentsGoWhileTheRestIsNotSmallerThanTheLimit) {
  add(100, 1);
  add(50, 1);
  add(200, 1);
  EXPECT_EQ(expired({.bytes = 350}), 0U);
  EXPECT_EQ(expired({.bytes = 251}), 0U);
  EXPECT_EQ(expired({.bytes = 250}), 1U);
  EXPECT_EQ(expired({.bytes = 200}), 2U);
  EXPECT_EQ(expired({.bytes = 0}), 3U);
  EXPECT_EQ(asked_, 0);
}

TEST_F(RetentionTest, SizeAndAgeAddUp) {
  add(100, 990);
  add(100, 100);
  add(100, 990);
  EXPECT_EQ(expired({.ms = 500, .bytes = 200}), 2U);
}

TEST_F(RetentionTest, WithoutLimitsAllStays) {
  add(100, 1);
  EXPECT_EQ(expired({}), 0U);
}

TEST_F(RetentionTest, WhatIsNotCommittedStays) {
  add(100, 1);
  add(100, 1);
  EXPECT_EQ(expired({.ms = 1}, 1000, Offset{19}), 1U);
  EXPECT_EQ(expired({.ms = 1}, 1000, Offset{20}), 2U);
  EXPECT_EQ(expired({.bytes = 0}, 1000, Offset{9}), 0U);
}

TEST_F(RetentionTest, AnEmptyLastSegmentStays) {
  add(100, 1);
  add(0, -1);
  EXPECT_EQ(expired({.ms = 1}), 1U);
  EXPECT_EQ(expired({.bytes = 0}), 1U);
}

}  // namespace
}  // namespace odradek::cleaner
