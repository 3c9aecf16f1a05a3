// SPDX-License-Identifier: Apache-2.0
#include "log/sync_progress.h"

#include <gtest/gtest.h>

namespace odradek::log {
namespace {

TEST(SyncProgressTest, WhatIsDurableWaitsForEarlierSyncs) {
  SyncProgress syncs;
  const auto first = syncs.begin(Offset{3});
  const auto second = syncs.begin(Offset{5});
  syncs.done(second);
  EXPECT_EQ(syncs.durable(), Offset{0});
  EXPECT_TRUE(syncs.is_under_way());
  syncs.done(first);
  EXPECT_EQ(syncs.durable(), Offset{5});
  EXPECT_FALSE(syncs.is_under_way());
}

TEST(SyncProgressTest, OneIsAwaitedUntilItIsBegun) {
  SyncProgress syncs;
  syncs.require(Offset{4});
  EXPECT_TRUE(syncs.awaits_sync());
  const auto sync = syncs.begin(Offset{4});
  EXPECT_FALSE(syncs.awaits_sync());
  EXPECT_TRUE(syncs.is_waited_for());
  syncs.done(sync);
  EXPECT_FALSE(syncs.is_waited_for());
}

TEST(SyncProgressTest, OneThatIsOnlyWantedHoldsNobodyBack) {
  SyncProgress syncs;
  syncs.begin_at(Offset{2});
  syncs.want(Offset{4});
  EXPECT_TRUE(syncs.awaits_sync());
  EXPECT_FALSE(syncs.is_waited_for());
}

}  // namespace
}  // namespace odradek::log
