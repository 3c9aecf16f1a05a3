// SPDX-License-Identifier: Apache-2.0
#include "cleaner/retention_check.h"

#include "log/partition_log.h"
#include "support/batches.h"
#include "support/log_directory.h"
#include "support/simulated_disk.h"

#include <gtest/gtest.h>

namespace odradek::cleaner {
namespace {

class RetentionCheckTest : public testing::Test {
 protected:
  RetentionCheckTest() {
    (void)files_.create_directories(test::log_directory);
    config_.segment_bytes = 1200;
    log_ = open();
  }

  std::unique_ptr<log::PartitionLog> open() {
    log::PartitionLog::Recovery recovery;
    auto opened =
        log::PartitionLog::open({files_, cache_, test::log_directory, {Offset{}, {}}}, recovery);
    EXPECT_TRUE(opened) << opened.error().context;
    return std::move(*opened);
  }

  // One record of about a third of a segment.
  void append(std::int64_t timestamp) {
    Buffer batch = test::a_batch({.first_timestamp = {timestamp}, .value_size = 300});
    const boost::intrusive_ptr<BufferKeeper> keeper(new BufferKeeper(std::move(batch)));
    log_->append(keeper->bytes, keeper, {config_, LeaderEpoch{0}, Timestamp{timestamp}});
    ASSERT_TRUE(log_->commit());
  }

  std::optional<Expired> find(const RetentionRules& rules, std::int64_t now, bool is_open = true) {
    RetentionCheck check{files_, test::log_directory, rules, {now}, {}};
    if (is_open) {
      const log::Segment& active = log_->active_segment();
      check.in_use = {{active.base_offset(), log_->end(), active.size()},
                      {active.first_timestamp(), active.max_timestamp()},
                      log_->high_watermark()};
    }
    const auto found = find_expired(check);
    EXPECT_TRUE(found) << found.error().context;
    return *found;
  }

  test::SimulatedDisk files_;
  log::TailCache cache_{0};
  log::LogConfig config_;
  std::unique_ptr<log::PartitionLog> log_;
};

TEST_F(RetentionCheckTest, FindsWhatIsOldInALogThatIsUsedAndInOneThatIsNot) {
  for (int i = 1; i <= 9; ++i) append(i * 100);
  const Offset last = log_->active_segment().base_offset();
  ASSERT_EQ(last, Offset{6});
  for (const bool is_open : {true, false}) {
    if (!is_open) {
      ASSERT_TRUE(log_->close());
    }
    EXPECT_FALSE(find({.ms = 700}, 1000, is_open));
    const auto found = find({.ms = 500}, 1000, is_open);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->from, Offset{3});
    EXPECT_FALSE(found->takes_active);
    const auto all = find({.ms = 50}, 1000, is_open);
    ASSERT_TRUE(all);
    EXPECT_EQ(all->from, last);
    EXPECT_TRUE(all->takes_active);
    EXPECT_EQ(all->active.size, log_->active_segment().size());
  }
}

TEST_F(RetentionCheckTest, LooksAtSizes) {
  for (int i = 1; i <= 9; ++i) append(1);
  const std::int64_t size = log_->size();
  EXPECT_FALSE(find({.bytes = size}, 1000));
  const auto found = find({.bytes = size / 3 + 10}, 1000);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->from, Offset{3});
}

TEST_F(RetentionCheckTest, WithoutTimestampsTheFileHasOne) {
  append(-1);
  const std::int64_t now = Clock::wall_time().value;
  EXPECT_FALSE(find({.ms = 60000}, now));
  EXPECT_TRUE(find({.ms = 60000}, now + 120000));
}

TEST_F(RetentionCheckTest, ADamagedSegmentGoesByTheTimeOfItsFile) {
  for (int i = 1; i <= 4; ++i) append(100);
  ASSERT_TRUE(log_->close());
  Buffer& content = *files_.content(test::log_directory + "/00000000000000000000.log");
  std::fill(content.begin(), content.end(), std::byte{7});
  const std::int64_t now = Clock::wall_time().value;
  EXPECT_FALSE(find({.ms = 60000}, now, false));
  const auto found = find({.ms = 60000}, now + 120000, false);
  ASSERT_TRUE(found);
}

// All goes, and the log goes on where it was.
TEST_F(RetentionCheckTest, ALogThatWasSealedMayLoseAllThatItHad) {
  for (int i = 1; i <= 4; ++i) append(i);
  ASSERT_TRUE(log_->seal({1000}));
  ASSERT_TRUE(log_->seal({1000}));  // it is empty already
  ASSERT_TRUE(log_->advance_log_start(Offset{4}));
  EXPECT_EQ(log_->size(), 0);
  for (auto& task : log_->take_background_tasks()) EXPECT_TRUE(task.run());
  EXPECT_EQ(files_.list(test::log_directory)->front(), "00000000000000000004.log");
  append(2000);
  EXPECT_EQ(log_->end(), Offset{5});
}

TEST_F(RetentionCheckTest, WhatWasSetAsideIsRemovedByTheNextStart) {
  for (int i = 1; i <= 9; ++i) append(i);
  ASSERT_TRUE(log_->advance_log_start(Offset{6}));
  ASSERT_TRUE(files_.exists(test::log_directory + "/00000000000000000000.log.deleted"));
  log_ = open();
  EXPECT_EQ(log_->log_start_offset(), Offset{6});
  for (const std::string& name : *files_.list(test::log_directory))
    EXPECT_FALSE(name.ends_with(".deleted"));
}

}  // namespace
}  // namespace odradek::cleaner
