// SPDX-License-Identifier: Apache-2.0
#include "log/partition_log.h"
#include "support/batches.h"
#include "support/failing_file_system.h"
#include "support/temporary_directory.h"

#include <gtest/gtest.h>

namespace odradek::log {
namespace {

// A failed write is final for the log: nothing more is taken or read until it is opened again.
TEST(FailedWriteTest, TakesTheLogOfflineAndKeepsWhatWasCommitted) {
  test::TemporaryDirectory directory;
  test::FailingFileSystem files;
  TailCache cache(1 << 20);
  PartitionLog::Recovery recovery;
  const PartitionLog::Place place{files, cache, directory.path(), {}, {}};
  auto log = *PartitionLog::open(place, recovery);
  const LogConfig config;
  const PartitionLog::AppendContext context{config, LeaderEpoch{0}, Timestamp{1}};

  // One batch is written.
  Buffer first = test::a_batch({});
  log->append(first, nullptr, context);
  ASSERT_TRUE(log->commit());

  // The next is staged, and the disk fails.
  Buffer second = test::a_batch({});
  EXPECT_FALSE(log->append(second, nullptr, context).fault.found());
  files.fail_from_now_on(Fault::io);
  EXPECT_FALSE(log->commit());
  EXPECT_EQ(log->high_watermark(), Offset{1});
  ASSERT_TRUE(log->offline());

  // The disk works again: the log does not.
  files.work_again();
  Buffer third = test::a_batch({});
  EXPECT_EQ(log->append(third, nullptr, context).fault.error, wire::ErrorCode::kafka_storage_error);
  EXPECT_FALSE(log->read(Offset{0}, Offset{1}, 100, PartitionLog::First::whatever_its_size));

  // Opened again, it has what was committed.
  log.reset();
  log = *PartitionLog::open(place, recovery);
  EXPECT_EQ(log->high_watermark(), Offset{1});
}

}  // namespace
}  // namespace odradek::log
