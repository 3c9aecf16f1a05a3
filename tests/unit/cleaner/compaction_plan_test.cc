// SPDX-License-Identifier: Apache-2.0
#include "cleaner/compaction_plan.h"

#include <gtest/gtest.h>

namespace odradek::cleaner {
namespace {

// Segments of ten offsets each, the last of them active.
class CompactionPlanTest : public testing::Test {
 protected:
  void add(std::int64_t size, std::int64_t first = 0, std::int64_t largest = 0) {
    const Offset base = segments_.empty() ? Offset{0} : segments_.back().end;
    segments_.push_back({{base, base + 10, size}, {{first}, {largest}}});
  }
  std::optional<Cleanable> plan(std::int64_t compacted_to, std::int64_t last_stable = 1000) {
    return plan_compaction(segments_, rules_, Offset{compacted_to}, Offset{last_stable},
                           Timestamp{10000});
  }

  CompactionRules rules_;
  std::vector<TimedSegment> segments_;
};

TEST_F(CompactionPlanTest, ARoundIsDueWhenEnoughIsDirty) {
  for (int i = 0; i < 5; ++i) add(100);
  const auto all = plan(0);
  ASSERT_TRUE(all);
  EXPECT_EQ(all->first_dirty, Offset{0});
  EXPECT_EQ(all->end, Offset{40});  // the active one stays
  EXPECT_EQ(all->ratio(), 1.0);
  EXPECT_FALSE(plan(20));  // exactly the half
  rules_.min_cleanable_dirty_ratio = 0.49;
  const auto half = plan(20);
  ASSERT_TRUE(half);
  EXPECT_EQ(half->first_dirty, Offset{20});
  EXPECT_EQ(half->clean_bytes, 200);
  EXPECT_EQ(half->dirty_bytes, 200);
  rules_.min_cleanable_dirty_ratio = 0;
  EXPECT_FALSE(plan(40));  // nothing is
}

TEST_F(CompactionPlanTest, UndecidedTransactionsStayWithWhatFollows) {
  for (int i = 0; i < 5; ++i) add(100);
  EXPECT_EQ(plan(0, 30)->end, Offset{30});
  EXPECT_EQ(plan(0, 29)->end, Offset{20});
  EXPECT_FALSE(plan(0, 9));
}

TEST_F(CompactionPlanTest, YoungRecordsStayAndOldOnesAreOverdue) {
  add(1000, 1000, 2000);
  add(10, 3000, 9000);
  add(10, 2500, 4000);
  add(0);
  rules_.min_compaction_lag_ms = 1001;
  EXPECT_EQ(plan(0)->end, Offset{10});
  rules_.min_compaction_lag_ms = 1000;
  EXPECT_EQ(plan(0)->end, Offset{30});
  rules_ = {};
  EXPECT_FALSE(plan(10));
  rules_.max_compaction_lag_ms = 7499;
  ASSERT_TRUE(plan(10));
  EXPECT_TRUE(plan(10)->is_overdue);
  rules_.max_compaction_lag_ms = 7500;
  EXPECT_FALSE(plan(10));
}

TEST_F(CompactionPlanTest, ACheckpointThatDoesNotFitIsNotBelieved) {
  for (int i = 0; i < 3; ++i) add(100);
  EXPECT_EQ(plan(31)->first_dirty, Offset{0});
  segments_.erase(segments_.begin());
  EXPECT_EQ(plan(0)->first_dirty, Offset{10});
}

TEST(GroupSegmentsTest, NeighboursGoIntoOneSegmentUpToItsSizeAndItsOffsets) {
  const std::int64_t far = std::int64_t{1} << 31;
  const std::vector<StoredSegment> segments{{{0}, {10}, 400},
                                            {{10}, {20}, 600},
                                            {{20}, {30}, 1},
                                            {{30}, {far + 19}, 5},
                                            {{far + 19}, {far + 20}, 2000}};
  const auto groups = group_segments(segments, 1000);
  ASSERT_EQ(groups.size(), 3U);
  EXPECT_EQ(groups[0].end, 2U);
  EXPECT_EQ(groups[1].begin, 2U);
  EXPECT_EQ(groups[1].end, 4U);
  EXPECT_EQ(groups[2].end, 5U);
  EXPECT_EQ(group_segments(std::span(segments).subspan(1, 3), 1000).size(), 2U);
}

}  // namespace
}  // namespace odradek::cleaner
