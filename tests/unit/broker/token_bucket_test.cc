// SPDX-License-Identifier: Apache-2.0
#include "broker/token_bucket.h"

#include <gtest/gtest.h>

namespace odradek::broker {
namespace {

using namespace std::chrono_literals;

const TimePoint start{1h};

TEST(TokenBucketTest, WhoTakesMoreThanThereIsRestsUntilItIsPaid) {
  TokenBucket bucket({.rate = 100, .burst = 100}, 100, start);
  bucket.take(100, start);
  EXPECT_EQ(bucket.debt(start), 0ms);
  bucket.take(50, start);
  EXPECT_EQ(bucket.debt(start), 500ms);
  EXPECT_EQ(bucket.debt(start + 200ms), 300ms);
  EXPECT_EQ(bucket.debt(start + 500ms), 0ms);
}

TEST(TokenBucketTest, NoMoreIsKeptThanTheBurst) {
  TokenBucket bucket({.rate = 100, .burst = 100}, 0, start);
  EXPECT_FALSE(bucket.is_full(start));
  EXPECT_TRUE(bucket.is_full(start + 1s));
  bucket.take(200, start + 1h);
  EXPECT_EQ(bucket.debt(start + 1h), 1000ms);
}

TEST(TokenBucketTest, ANewRateCountsFromThenOn) {
  TokenBucket bucket({.rate = 100, .burst = 100}, 0, start);
  bucket.take(100, start);
  bucket.set_limits({.rate = 10, .burst = 10}, start + 500ms);
  EXPECT_EQ(bucket.debt(start + 500ms), 5000ms);
}

TEST(TokenBucketTest, ARateOfNothingIsADayAtMost) {
  TokenBucket bucket({.rate = 0, .burst = 0}, 0, start);
  bucket.take(1, start);
  EXPECT_EQ(bucket.debt(start), 24h);
}

TEST(TokenBucketTest, ARateIsKeptOverALongTime) {
  TokenBucket bucket({.rate = 1000, .burst = 1000}, 0, start);
  double taken = 0;
  TimePoint now = start;
  while (now < start + 30s) {
    bucket.take(64, now);
    taken += 64;
    now += std::max(bucket.debt(now), 1ms);
  }
  EXPECT_NEAR(taken / 30, 1000, 10);
}

}  // namespace
}  // namespace odradek::broker
