// SPDX-License-Identifier: Apache-2.0
#include "log/partition_log.h"
#include "support/batches.h"
#include "support/failing_file_system.h"
#include "support/temporary_directory.h"

#include <gtest/gtest.h>

namespace odradek::log {
namespace {

class FailedWriteTest : public testing::Test {
 protected:
  FailedWriteTest() { open(); }

  void open() {
    log_.reset();
    PartitionLog::Recovery recovery;
    log_ = *PartitionLog::open({files_, cache_, directory_.path(), {Offset{}, {}}}, recovery);
    bytes_cut_ = recovery.bytes_cut;
  }

  BatchFault append(const test::BatchSpec& options = {}) {
    Buffer batch = test::a_batch(options);
    boost::intrusive_ptr<BufferKeeper> keeper(new BufferKeeper(std::move(batch)));
    return log_->append(keeper->bytes, keeper, {config_, LeaderEpoch{0}, Timestamp{1}}).fault;
  }
  void append_and_commit(const test::BatchSpec& options = {}) {
    ASSERT_FALSE(append(options).found());
    ASSERT_TRUE(log_->commit());
  }

  static test::BatchSpec numbered(std::int32_t sequence) {
    return {.producer_id = {7}, .producer_epoch = {0}, .base_sequence = sequence};
  }

  void run_tasks() {
    for (auto& task : log_->take_background_tasks()) {
      const auto done = task.run();
      if (task.sync && done) log_->synced(*task.sync);
      if (task.sync && !done) log_->sync_failed(done.error());
    }
  }

  test::TemporaryDirectory directory_;
  test::FailingFileSystem files_;
  TailCache cache_{1 << 20};
  LogConfig config_;
  std::unique_ptr<PartitionLog> log_;
  std::int64_t bytes_cut_ = 0;
};

// A failed write is final for the log: nothing more is taken or read until it is opened again.
TEST_F(FailedWriteTest, TakesTheLogOfflineAndKeepsWhatWasCommitted) {
  append_and_commit();

  // The next is staged, and the disk fails.
  EXPECT_FALSE(append().found());
  files_.fail_from_now_on(Fault::io);
  EXPECT_FALSE(log_->commit());
  EXPECT_EQ(log_->high_watermark(), Offset{1});
  ASSERT_TRUE(log_->offline());

  // The disk works again: the log does not.
  files_.work_again();
  EXPECT_EQ(append().error, wire::ErrorCode::kafka_storage_error);
  EXPECT_FALSE(log_->read(Offset{0}, Offset{1}, 100, PartitionLog::First::whatever_its_size));
  run_tasks();
  EXPECT_FALSE(log_->may_be_opened_again());

  // Opened again, it has what was committed.
  open();
  EXPECT_EQ(log_->high_watermark(), Offset{1});
}

TEST_F(FailedWriteTest, AFullDiskLeavesWhatWasCommittedAndTheLogGoesOnLater) {
  append_and_commit(numbered(0));
  ASSERT_FALSE(append(numbered(1)).found());
  ASSERT_FALSE(append(numbered(2)).found());
  files_.fail_from_now_on(Fault::no_space);
  EXPECT_FALSE(log_->commit());
  EXPECT_EQ(append(numbered(1)).error, wire::ErrorCode::kafka_storage_error);
  EXPECT_TRUE(log_->read(Offset{0}, Offset{1}, 100, PartitionLog::First::whatever_its_size));
  EXPECT_FALSE(log_->may_be_opened_again());  // the part of a batch is still there
  run_tasks();
  EXPECT_TRUE(log_->may_be_opened_again());

  // The producer's next number is still the one that was not written.
  files_.work_again();
  open();
  EXPECT_EQ(bytes_cut_, 0);
  EXPECT_EQ(log_->high_watermark(), Offset{1});
  EXPECT_EQ(append(numbered(2)).error, wire::ErrorCode::out_of_order_sequence_number);
  append_and_commit(numbered(1));
  EXPECT_EQ(log_->high_watermark(), Offset{2});
}

TEST_F(FailedWriteTest, ASegmentThatCannotBeMadeIsTriedAgain) {
  append_and_commit();
  for (const Fault fault : {Fault::no_space, Fault::no_files}) {
    config_.segment_bytes = 1;
    files_.fail_from_now_on(fault, fault == Fault::no_space ? ".snapshot" : ".log");
    EXPECT_EQ(append().error, wire::ErrorCode::kafka_storage_error);
    EXPECT_FALSE(log_->offline());
    files_.work_again();
    append_and_commit();
  }
  EXPECT_EQ(log_->high_watermark(), Offset{3});
  open();
  EXPECT_EQ(log_->high_watermark(), Offset{3});
}

TEST_F(FailedWriteTest, FilesThatCanBeRebuiltMayBeMissing) {
  for (const Fault fault : {Fault::no_space, Fault::no_files}) {
    files_.fail_from_now_on(fault, "leader-epoch-checkpoint");
    append_and_commit();
    EXPECT_FALSE(log_->offline());
  }
  files_.work_again();
  append_and_commit();
  EXPECT_TRUE(files_.exists(directory_.path() + "/leader-epoch-checkpoint"));
}

}  // namespace
}  // namespace odradek::log
