// SPDX-License-Identifier: Apache-2.0
#include "log/follower_log.h"

#include "log/partition_log.h"
#include "log/posix_file_system.h"
#include "support/batches.h"
#include "support/temporary_directory.h"

#include <gtest/gtest.h>

#include <thread>

namespace odradek::log {
namespace {

// A leader's log that rolls often, and a follower's view of it.
class FollowerLogTest : public testing::Test {
 protected:
  void SetUp() override {
    config_.segment_bytes = 2000;
    PartitionLog::Recovery recovery;
    auto opened = PartitionLog::open({files_, cache_, directory_.path(), {Offset{}, {}}}, recovery);
    ASSERT_TRUE(opened);
    leader_ = std::move(*opened);
  }
  void append(int batches) {
    for (int i = 0; i < batches; ++i) {
      Buffer batch = test::a_batch({});
      leader_->append(batch, nullptr, {config_, epoch_, Timestamp{5000}});
      ASSERT_TRUE(leader_->commit());
    }
  }
  FollowerLog::Progress progress() const {
    return {leader_->log_start_offset(), leader_->high_watermark(), leader_->last_stable_offset(),
            leader_->layout()};
  }
  // The base offsets of all batches from `offset` on.
  std::vector<std::int64_t> read_all(ReadableLog& log, Offset offset) {
    std::vector<std::int64_t> bases;
    while (offset < log.high_watermark()) {
      const auto chunk =
          log.read(offset, log.high_watermark(), 1500, ReadableLog::First::whatever_its_size);
      EXPECT_TRUE(chunk);
      if (!chunk || chunk->slices.empty()) break;
      for (const Slice& slice : chunk->slices) {
        for (Bytes rest(slice.memory, slice.size); !rest.empty();) {
          const wire::BatchView batch(rest);
          bases.push_back(batch.base_offset().value);
          offset = batch.next_offset();
          rest = rest.subspan(static_cast<std::size_t>(batch.size()));
        }
      }
    }
    return bases;
  }

  test::TemporaryDirectory directory_;
  PosixFileSystem files_;
  TailCache cache_{0};
  LogConfig config_;
  LeaderEpoch epoch_{0};
  std::unique_ptr<PartitionLog> leader_;
};

TEST_F(FollowerLogTest, ReadsWhatTheLeaderWroteOverManySegments) {
  append(100);
  FollowerLog follower(files_, directory_.path());
  const auto advanced = follower.advance(progress());
  ASSERT_TRUE(advanced) << advanced.error().context;
  EXPECT_GT(follower.take_growth().bytes, 0U);
  EXPECT_EQ(read_all(follower, Offset{0}), read_all(*leader_, Offset{0}));
}

TEST_F(FollowerLogTest, FollowsStepByStepAsTheLeaderRolls) {
  FollowerLog follower(files_, directory_.path());
  std::size_t bytes = 0;
  for (int i = 0; i < 60; ++i) {
    append(1 + i % 3);
    const auto advanced = follower.advance(progress());
    ASSERT_TRUE(advanced) << advanced.error().context;
    const std::size_t more = follower.take_growth().bytes;
    EXPECT_GT(more, 0U);
    bytes += more;
    EXPECT_EQ(follower.progress(), progress());
  }
  EXPECT_EQ(bytes, static_cast<std::size_t>(leader_->size()));
  EXPECT_EQ(read_all(follower, Offset{0}), read_all(*leader_, Offset{0}));
}

TEST_F(FollowerLogTest, SeesNothingBehindWhatItWasTold) {
  append(50);
  const auto told = progress();
  append(50);
  FollowerLog follower(files_, directory_.path());
  ASSERT_TRUE(follower.advance(told));
  EXPECT_EQ(follower.high_watermark(), told.high_watermark);
  const auto bases = read_all(follower, Offset{0});
  EXPECT_LT(bases.back(), told.high_watermark.value);
  EXPECT_EQ(bases.size(), 50U);
  ASSERT_TRUE(follower.advance(progress()));
  EXPECT_EQ(read_all(follower, Offset{0}).size(), 100U);
}

TEST_F(FollowerLogTest, AnOlderReportChangesNothing) {
  append(10);
  const auto old = progress();
  append(10);
  FollowerLog follower(files_, directory_.path());
  ASSERT_TRUE(follower.advance(progress()));
  ASSERT_TRUE(follower.advance(old));
  EXPECT_EQ(follower.progress(), progress());
}

TEST_F(FollowerLogTest, KnowsTheEpochs) {
  append(30);
  epoch_ = LeaderEpoch{3};
  append(5);
  FollowerLog follower(files_, directory_.path());
  ASSERT_TRUE(follower.advance(progress()));
  epoch_ = LeaderEpoch{4};
  append(5);
  ASSERT_TRUE(follower.advance(progress()));
  EXPECT_EQ(follower.leader_epochs().entries(), leader_->leader_epochs().entries());
}

TEST_F(FollowerLogTest, KnowsWhereAnEpochBeganAlsoInAFileThatItEntersInTheMiddle) {
  config_.segment_bytes = 1 << 20;
  config_.index_interval_bytes = 100;
  append(20);
  epoch_ = LeaderEpoch{3};
  append(20);
  // Indexes on the disk let the follower begin near the end.
  ASSERT_TRUE(leader_->close());
  FollowerLog follower(files_, directory_.path());
  ASSERT_TRUE(follower.advance(progress()));
  EXPECT_EQ(follower.leader_epochs().entries(), leader_->leader_epochs().entries());
}

TEST_F(FollowerLogTest, ForgetsWhatTheLeaderRemoved) {
  append(100);
  FollowerLog follower(files_, directory_.path());
  ASSERT_TRUE(follower.advance(progress()));
  ASSERT_TRUE(leader_->advance_log_start(Offset{60}));
  ASSERT_TRUE(follower.advance(progress()));
  EXPECT_EQ(follower.log_start_offset(), Offset{60});
  EXPECT_EQ(read_all(follower, Offset{60}), read_all(*leader_, Offset{60}));
}

TEST_F(FollowerLogTest, ALogWhoseRecordsAreAllGoneIsFollowedFromItsEnd) {
  leader_.reset();
  test::TemporaryDirectory empty;
  PartitionLog::Recovery recovery;
  leader_ = *PartitionLog::open({files_, cache_, empty.path(), {Offset{50}, Offset{50}}}, recovery);
  FollowerLog follower(files_, empty.path());
  const auto nothing = follower.advance(progress());
  ASSERT_TRUE(nothing) << nothing.error().context;
  EXPECT_EQ(follower.progress(), progress());
  append(30);
  ASSERT_TRUE(follower.advance(progress()));
  EXPECT_EQ(read_all(follower, Offset{50}), read_all(*leader_, Offset{50}));
  leader_.reset();
}

TEST_F(FollowerLogTest, AMissingFileIsToldAsSuch) {
  append(100);
  FollowerLog follower(files_, directory_.path());
  ASSERT_TRUE(follower.advance(progress()));
  ASSERT_TRUE(leader_->advance_log_start(Offset{90}));
  const auto read = follower.read(Offset{0}, follower.high_watermark(), 100,
                                  ReadableLog::First::whatever_its_size);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().fault, Fault::not_found);
}

// What keeps two nodes' threads out of one partition.
using PartitionLogDeathTest = FollowerLogTest;

TEST_F(PartitionLogDeathTest, AThreadThatDoesNotOwnTheLogEndsTheProcess) {
  append(1);
  EXPECT_DEATH(std::thread([&] { append(1); }).join(), "owner_ == me");
  EXPECT_DEATH(std::thread([&] { (void)read_all(*leader_, Offset{0}); }).join(), "owner_ == me");
}

TEST_F(PartitionLogDeathTest, ALogThatWasHandedOverBelongsToTheThreadThatTookIt) {
  append(3);
  leader_->release();
  TailCache other(1 << 20);
  std::thread([&] {
    leader_->adopt(other);
    append(3);
  }).join();
  EXPECT_EQ(leader_->high_watermark().value % 6, 0);
  EXPECT_DEATH(append(1), "owner_ == me");
  leader_.reset();  // before its cache
}

}  // namespace
}  // namespace odradek::log
