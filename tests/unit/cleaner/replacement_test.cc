// SPDX-License-Identifier: Apache-2.0
#include "cleaner/compaction.h"
#include "log/follower_log.h"
#include "log/partition_log.h"
#include "log/record_walk.h"
#include "support/log_directory.h"
#include "support/simulated_disk.h"
#include "wire/record_batch_builder.h"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <vector>

namespace odradek::cleaner {
namespace {

using log::PartitionLog;

using Records = std::map<Offset, std::string>;

// Of all batches that a consumer would read, one chunk after the other.
std::vector<Offset> offsets_of(log::ReadableLog& log) {
  std::vector<Offset> offsets;
  for (Offset next{}; next < log.high_watermark();) {
    const auto chunk =
        log.read(next, log.high_watermark(), 1, log::ReadableLog::First::whatever_its_size);
    EXPECT_TRUE(chunk) << chunk.error().context;
    if (!chunk || chunk->slices.empty()) break;
    offsets.push_back(
        wire::BatchView(Bytes(chunk->slices[0].memory, chunk->slices[0].size)).base_offset());
    next = chunk->end;
  }
  return offsets;
}

// A log on a disk, whose old segments are compacted into two new ones.
class Scenario {
 public:
  explicit Scenario(std::unique_ptr<test::SimulatedDisk> disk, Offset recovery_point = {})
      : disk_(std::move(disk)) {
    PartitionLog::Recovery recovery;
    auto opened =
        PartitionLog::open({*disk_, cache_, test::log_directory, {recovery_point, {}}}, recovery);
    EXPECT_TRUE(opened) << opened.error().context;
    if (opened) log_ = std::move(*opened);
    EXPECT_EQ(recovery.bytes_cut, 0);
  }

  static std::unique_ptr<Scenario> fresh() {
    auto disk = std::make_unique<test::SimulatedDisk>();
    (void)disk->create_directories(test::log_directory);
    (void)disk->sync_directory(".");
    auto scenario = std::make_unique<Scenario>(std::move(disk));
    scenario->write();
    return scenario;
  }

  void write() {
    config_.segment_bytes = 600;
    for (int i = 0; i < 60; ++i) {
      wire::RecordBatchBuilder builder;
      builder.add(Timestamp{i}, as_bytes("key-" + std::to_string(i % 7)),
                  as_bytes("value-" + std::to_string(i)));
      Buffer bytes = *builder.build({});
      const boost::intrusive_ptr<BufferKeeper> keeper(new BufferKeeper(std::move(bytes)));
      log_->append(keeper->bytes, keeper, {config_, LeaderEpoch{0}, Timestamp{i}});
      ASSERT_TRUE(log_->commit());
      run_tasks();
    }
    log_->want_sync();
    auto planned = log_->plan_sync();
    ASSERT_TRUE(planned.task.run());
    log_->synced(*planned.task.sync);
    run_tasks();
  }

  void compact() {
    const Offset end = log_->active_segment().base_offset();
    CompactionJob job{.files = *disk_,
                      .directory = test::log_directory,
                      .now = Timestamp{5000},
                      .segment_bytes = 2400,
                      .most_keys = 100};
    for (const std::string& name : *disk_->list(test::log_directory)) {
      const auto base = log::offset_in_file_name(name, ".log");
      if (!base || *base >= end) continue;
      if (!job.segments.empty()) job.segments.back().end = *base;
      job.segments.push_back(
          {*base, end,
           static_cast<std::int64_t>(disk_->content(test::log_directory + "/" + name)->size())});
    }
    Compaction compaction(std::move(job));
    while (*compaction.step(1000)) continue;
    made_ = compaction.outcome().replacements;
  }

  // As far as the power lasts.
  void replace() {
    for (const auto& each : made_) {
      if (!log_->replace(each)) return;
      run_tasks();
    }
  }

  Records read() {
    Records found;
    for (Offset next{}; log_ && next < log_->end();) {
      const auto walked =
          log::walk_records(*log_, next, 1 << 20, [&](const log::LoggedRecord& each) {
            found[each.offset] = std::string(as_text(*each.record.value));
            return Result<>();
          });
      EXPECT_TRUE(walked) << walked.error().context;
      if (!walked) break;
      next = *walked;
    }
    return found;
  }

  log::FollowerLog::Progress progress() {
    return {log_->log_start_offset(), log_->high_watermark(), log_->last_stable_offset(),
            log_->layout()};
  }

  // As a log does whose disk was full, while a round goes on.
  void reopen() {
    const Offset synced = log_->recovery_point();
    log_.reset();
    PartitionLog::Recovery recovery;
    auto opened = PartitionLog::open({*disk_, cache_, test::log_directory, {synced, {}}}, recovery);
    ASSERT_TRUE(opened) << opened.error().context;
    log_ = std::move(*opened);
  }

  test::SimulatedDisk& disk() { return *disk_; }
  PartitionLog& log() { return *log_; }
  const std::vector<log::SegmentReplacement>& made() const { return made_; }

 private:
  void run_tasks() {
    for (auto& task : log_->take_background_tasks()) {
      const auto done = task.run();
      if (done && task.sync) log_->synced(*task.sync);
    }
  }

  std::unique_ptr<test::SimulatedDisk> disk_;
  log::TailCache cache_{0};
  log::LogConfig config_;
  std::unique_ptr<PartitionLog> log_;
  std::vector<log::SegmentReplacement> made_;
};

TEST(ReplacementTest, ReadersFindWhatIsLeftAtTheSameOffsets) {
  const auto fresh = Scenario::fresh();
  Scenario& scenario = *fresh;
  const Records before = scenario.read();
  ASSERT_EQ(before.size(), 60U);
  scenario.compact();
  ASSERT_EQ(scenario.made().size(), 2U);
  scenario.replace();
  const Records after = scenario.read();
  EXPECT_LT(after.size(), 30U);
  for (const auto& [offset, value] : after) EXPECT_EQ(before.at(offset), value);
  EXPECT_EQ(after.rbegin()->first, before.rbegin()->first);
  // A fetch of an offset that is gone begins with the next one that is there.
  const auto chunk = scenario.log().read(Offset{1}, scenario.log().high_watermark(), 1 << 20,
                                         log::ReadableLog::First::whatever_its_size);
  ASSERT_TRUE(chunk);
  EXPECT_GT(chunk->end, Offset{1});
}

// A client that finds none may take what it got for something that was cut off.
TEST(ReplacementTest, WhateverOffsetIsAskedForARecordBehindItComes) {
  const auto fresh = Scenario::fresh();
  Scenario& scenario = *fresh;
  scenario.compact();
  scenario.replace();
  const Offset end = scenario.log().high_watermark();
  const Offset last = scenario.read().rbegin()->first;
  for (Offset offset{}; offset <= last; offset = offset + 1) {
    const auto chunk =
        scenario.log().read(offset, end, 1 << 20, log::ReadableLog::First::whatever_its_size);
    ASSERT_TRUE(chunk) << chunk.error().context;
    Offset found{-1};
    for (Bytes rest(chunk->slices.at(0).memory, chunk->slices.at(0).size); !rest.empty();) {
      const wire::BatchView batch(rest);
      rest = rest.subspan(static_cast<std::size_t>(batch.size()));
      wire::RecordReader reader(batch.records(), batch.record_count());
      while (const auto record = reader.next()) found = batch.base_offset() + record->offset_delta;
    }
    EXPECT_GE(found, offset);
  }
}

TEST(ReplacementTest, AFollowerReadsTheOldSegmentsOrTheNewOnesButNoneInBetween) {
  const auto fresh = Scenario::fresh();
  Scenario& scenario = *fresh;
  const auto told = scenario.progress();
  log::FollowerLog follower(scenario.disk(), test::log_directory);
  ASSERT_TRUE(follower.advance(told));
  EXPECT_EQ(offsets_of(follower), offsets_of(scenario.log()));
  (void)follower.take_growth();
  scenario.compact();
  scenario.replace();
  // Before it hears of that, and with a word that is older than that.
  const auto chunk = follower.read(Offset{0}, follower.high_watermark(), 1,
                                   log::ReadableLog::First::whatever_its_size);
  ASSERT_FALSE(chunk);
  EXPECT_EQ(chunk.error().fault, Fault::not_found);
  EXPECT_FALSE(follower.aborted(Offset{0}, follower.high_watermark()));
  const auto late = follower.advance(told);
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().fault, Fault::not_found);
  EXPECT_NE(scenario.progress(), told);
  ASSERT_TRUE(follower.advance(scenario.progress()));
  EXPECT_EQ(follower.progress(), scenario.progress());
  EXPECT_EQ(follower.take_growth().bytes, 0U);
  EXPECT_LT(offsets_of(follower).size(), 30U);
  EXPECT_EQ(offsets_of(follower), offsets_of(scenario.log()));
}

// Opening removes what a round has written so far; that must not be taken for what is to be kept.
TEST(ReplacementTest, WhatIsNoLongerThereReplacesNothing) {
  const auto fresh = Scenario::fresh();
  Scenario& scenario = *fresh;
  const Records before = scenario.read();
  scenario.compact();
  scenario.reopen();
  for (const auto& each : scenario.made()) {
    const auto replaced = scenario.log().replace(each);
    ASSERT_FALSE(replaced);
    EXPECT_EQ(replaced.error().fault, Fault::not_found);
  }
  EXPECT_FALSE(scenario.log().offline());
  EXPECT_EQ(scenario.read(), before);
}

// Whatever of it the disk has: the old segments, or the new one, and nothing else is left behind.
TEST(ReplacementTest, ACrashAtAnyStepLeavesTheOldOnesOrTheNewOne) {
  std::vector<Records> allowed;
  std::int64_t first_step = 0;
  std::int64_t last_step = 0;
  {
    const auto fresh = Scenario::fresh();
    Scenario& scenario = *fresh;
    allowed.push_back(scenario.read());
    scenario.compact();
    first_step = scenario.disk().steps();
    scenario.replace();
    last_step = scenario.disk().steps();
    allowed.push_back(scenario.read());
  }
  ASSERT_GT(last_step, first_step + 10);
  std::set<std::size_t> seen;
  for (std::int64_t step = first_step; step <= last_step; ++step) {
    SCOPED_TRACE("step " + std::to_string(step));
    const auto fresh = Scenario::fresh();
    Scenario& scenario = *fresh;
    scenario.compact();
    const Offset end = scenario.log().recovery_point();
    scenario.disk().cut_power_at(step);
    scenario.replace();
    const auto undecided = scenario.disk().undecided();
    for (std::size_t names = 0; names <= undecided.names; ++names) {
      Scenario next(scenario.disk().after_power_cut(std::vector<bool>(undecided.pages), names),
                    end);
      const Records found = next.read();
      seen.insert(found.size());
      EXPECT_EQ(found.rbegin()->first, allowed[0].rbegin()->first);
      for (const auto& [offset, value] : allowed[1]) EXPECT_EQ(found.at(offset), value);
      for (const auto& [offset, value] : found) EXPECT_EQ(allowed[0].at(offset), value);
      for (const std::string& name : *next.disk().list(test::log_directory)) {
        EXPECT_FALSE(name.ends_with(".cleaned") || name.ends_with(".swap") ||
                     name.ends_with(".deleted"))
            << name;
      }
      if (testing::Test::HasFailure()) return;
    }
  }
  // Of two groups none, the first, or both.
  EXPECT_EQ(seen.size(), 3U);
}

}  // namespace
}  // namespace odradek::cleaner
