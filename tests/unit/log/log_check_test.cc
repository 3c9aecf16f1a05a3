// SPDX-License-Identifier: Apache-2.0
#include "log/log_check.h"

#include "log/partition_log.h"
#include "support/batches.h"
#include "support/simulated_disk.h"

#include <gtest/gtest.h>

namespace odradek::log {
namespace {

const std::string directory = "t-0";
const std::string first_path = directory + "/00000000000000000000.log";

class LogCheckTest : public testing::Test {
 protected:
  LogCheckTest() {
    (void)files_.create_directories(directory);
    const auto log = open();
    config_.segment_bytes = 5000;
    for (int i = 0; i < 20; ++i) {
      Buffer batch = test::a_batch({.count = 2, .value_size = 300});
      const boost::intrusive_ptr<BufferKeeper> keeper(new BufferKeeper(std::move(batch)));
      log->append(keeper->bytes, keeper, {config_, LeaderEpoch{0}, Timestamp{1}});
      EXPECT_TRUE(log->commit());
      batch_size_ = static_cast<std::int64_t>(keeper->bytes.size());
    }
  }

  std::unique_ptr<PartitionLog> open() {
    PartitionLog::Recovery recovery;
    auto opened = PartitionLog::open({files_, cache_, directory, {Offset{}, {}}}, recovery);
    EXPECT_TRUE(opened) << opened.error().context;
    return std::move(*opened);
  }
  LogReport check() { return *check_log(files_, directory); }
  std::byte& byte_at(std::int64_t position) {
    return (*files_.content(first_path))[static_cast<std::size_t>(position)];
  }

  test::SimulatedDisk files_;
  TailCache cache_{0};
  LogConfig config_;
  std::int64_t batch_size_ = 0;
};

TEST_F(LogCheckTest, AWholeLogIsWhole) {
  const LogReport report = check();
  EXPECT_EQ(report.batches, 20);
  EXPECT_GT(report.segments, 1U);
  EXPECT_TRUE(report.damages.empty());
  EXPECT_TRUE(report.gaps.empty());
}

TEST_F(LogCheckTest, FindsDamageAndSavesWhatIsBehindIt) {
  byte_at(batch_size_ + 100) ^= std::byte{1};
  const LogReport report = check();
  ASSERT_EQ(report.damages.size(), 1U);
  EXPECT_EQ(report.damages[0].begin, batch_size_);
  EXPECT_EQ(report.damages[0].end, 2 * batch_size_);
  EXPECT_EQ(report.damages[0].first_lost, Offset{2});
  EXPECT_EQ(report.damages[0].next_found, Offset{4});
  EXPECT_EQ(report.batches, 19);

  ASSERT_TRUE(repair_log(files_, directory, report));
  EXPECT_TRUE(check().damages.empty());
  EXPECT_EQ(files_.content(first_path + ".damaged-" + std::to_string(batch_size_))->size(),
            static_cast<std::size_t>(batch_size_));
  const auto log = open();
  EXPECT_EQ(log->high_watermark(), Offset{40});
  const auto lost = log->copy(Offset{2}, 1);
  ASSERT_TRUE(lost);
  EXPECT_EQ(wire::BatchView(*lost).record_count(), 0);
  EXPECT_EQ(wire::BatchView(*lost).next_offset(), Offset{4});
  const auto behind = log->copy(Offset{4}, 1);
  ASSERT_TRUE(behind);
  EXPECT_EQ(wire::BatchView(*behind).record_count(), 2);
}

TEST_F(LogCheckTest, ABatchInThePlaceOfAnotherIsDamage) {
  byte_at(batch_size_ + 7) = std::byte{0};  // the base offset
  const LogReport report = check();
  ASSERT_EQ(report.damages.size(), 1U);
  EXPECT_EQ(report.damages[0].begin, batch_size_);
}

TEST_F(LogCheckTest, AFileThatIsGoneLeavesAGap) {
  ASSERT_TRUE(files_.remove(first_path));
  const LogReport report = check();
  ASSERT_EQ(report.lost_segments.size(), 1U);
  EXPECT_EQ(report.lost_segments[0], Offset{0});
  ASSERT_TRUE(repair_log(files_, directory, report));
  EXPECT_TRUE(check().is_whole({}));
  EXPECT_EQ(open()->high_watermark(), Offset{40});
}

TEST_F(LogCheckTest, AFileThatIsCutShortIsDamaged) {
  for (const std::int64_t missing : {std::int64_t{10}, batch_size_}) {
    Buffer& first = *files_.content(first_path);
    first.resize(first.size() - static_cast<std::size_t>(missing));
    const LogReport report = check();
    ASSERT_FALSE(report.damages.empty());
    EXPECT_EQ(report.damages[0].next_found, report.damages[0].first_lost);
    EXPECT_EQ(report.gaps.size(), 1U);
  }
}

}  // namespace
}  // namespace odradek::log
