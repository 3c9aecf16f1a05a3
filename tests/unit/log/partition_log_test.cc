// SPDX-License-Identifier: Apache-2.0
#include "log/partition_log.h"

#include "log/posix_file_system.h"
#include "support/batches.h"
#include "support/temporary_directory.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace odradek::log {
namespace {

using wire::BatchView;
using wire::ErrorCode;
namespace fs = std::filesystem;

const std::string first_file = "00000000000000000000.log";

class PartitionLogTest : public testing::Test {
 protected:
  void SetUp() override { open(); }

  void open(Offset recovery_point = {}, Offset log_start = {}) {
    log_.reset();
    recovery_.emplace();
    auto opened = PartitionLog::open(
        {files_, cache_, directory_.path(), {recovery_point, log_start}}, *recovery_);
    ASSERT_TRUE(opened) << opened.error().context;
    log_ = std::move(*opened);
  }

  // What keeps it from opening, where nothing is known to be synced; empty where that is no damage.
  std::string damage() {
    const auto opened =
        PartitionLog::open({files_, cache_, directory_.path(), {Offset{}, {}}}, *recovery_);
    return opened || opened.error().fault != Fault::corrupt ? "" : opened.error().context;
  }

  PartitionLog::Appended append(test::BatchSpec spec = {}) {
    Buffer batch = test::a_batch(spec);
    auto appended = log_->append(batch, nullptr, {config_, epoch_, Timestamp{5000}});
    // The test's buffer goes away, so nothing may stay staged or be cached by reference.
    EXPECT_EQ(static_cast<bool>(log_->commit()), !log_->offline());
    return appended;
  }

  // All that can be read from `offset` on, as bytes.
  Buffer read_all(Offset offset) {
    Buffer all;
    while (offset < log_->high_watermark()) {
      const auto chunk = log_->read(offset, log_->high_watermark(), 1 << 20,
                                    PartitionLog::First::whatever_its_size);
      EXPECT_TRUE(chunk);
      if (!chunk || chunk->slices.empty()) break;
      const std::size_t before = all.size();
      for (const Slice& slice : chunk->slices) append_slice(all, slice);
      for (Bytes rest = Bytes(all).subspan(before); !rest.empty();) {
        const BatchView batch(rest.first(static_cast<std::size_t>(BatchView(rest).size())));
        offset = batch.next_offset();
        rest = rest.subspan(static_cast<std::size_t>(batch.size()));
      }
    }
    return all;
  }

  static void append_slice(Buffer& all, const Slice& slice) {
    if (slice.memory) return odradek::append(all, Bytes(slice.memory, slice.size));
    const std::size_t at = all.size();
    all.resize(at + slice.size);
    EXPECT_EQ(::pread(slice.descriptor, all.data() + at, slice.size, slice.file_position),
              static_cast<ssize_t>(slice.size));
  }

  std::string path(const std::string& name) const { return directory_ / name; }

  static void write(const std::string& file, Bytes content) {
    std::ofstream(file, std::ios::binary) << as_text(content);
  }

  void overwrite(const std::string& name, std::streamoff position, std::string_view bytes) const {
    std::fstream file(path(name), std::ios::in | std::ios::out);
    file.seekp(position);
    file << bytes;
  }
  // Of a log that was closed at `end`, wherever one begins to read.
  bool is_refused_or_same(Offset end, Bytes whole) {
    log_.reset();
    auto opened =
        PartitionLog::open({files_, cache_, directory_.path(), {end, Offset{}, true}}, *recovery_);
    if (!opened) return opened.error().fault == Fault::corrupt;
    log_ = std::move(*opened);
    if (log_->end() != end) return false;
    for (Bytes rest = whole; !rest.empty();) {
      const BatchView batch(rest.first(static_cast<std::size_t>(BatchView(rest).size())));
      for (Offset at = batch.base_offset(); at < batch.next_offset(); at = at + 1) {
        if (!is_refused_or_begins_with(at, batch.bytes())) return false;
      }
      rest = rest.subspan(batch.bytes().size());
    }
    return true;
  }

  static std::size_t last_size(Bytes batches) {
    for (;;) {
      const auto size = static_cast<std::size_t>(BatchView(batches).size());
      if (size == batches.size()) return size;
      batches = batches.subspan(size);
    }
  }

  bool is_refused_or_begins_with(Offset offset, Bytes batch) {
    const auto chunk =
        log_->read(offset, log_->high_watermark(), 1 << 20, PartitionLog::First::whatever_its_size);
    if (!chunk) return chunk.error().fault == Fault::corrupt;
    Buffer found;
    for (const Slice& slice : chunk->slices) append_slice(found, slice);
    return as_text(found).starts_with(as_text(batch));
  }

  test::TemporaryDirectory directory_;
  PosixFileSystem files_;
  TailCache cache_{1 << 20};
  LogConfig config_;
  LeaderEpoch epoch_{0};
  std::optional<PartitionLog::Recovery> recovery_;
  std::unique_ptr<PartitionLog> log_;
};

TEST_F(PartitionLogTest, WhatNobodyReadsSoonIsNotCached) {
  append();
  EXPECT_GT(cache_.size(), 0U);
  Buffer batch = test::a_batch({});
  log_->append(batch, nullptr, {config_, epoch_, Timestamp{5000}, /*is_read_soon=*/false});
  ASSERT_TRUE(log_->commit());
  EXPECT_EQ(cache_.size(), 0U);  // a gap would be read over
  append();
  EXPECT_EQ(read_all(Offset{0}).size(), 3 * test::a_batch({}).size());
}

TEST_F(PartitionLogTest, AssignsOffsetsAndEpochInTheOrderOfAppending) {
  epoch_ = LeaderEpoch{4};
  EXPECT_EQ(append({.count = 3}).base_offset, Offset{0});
  EXPECT_EQ(append({.count = 2}).base_offset, Offset{3});
  EXPECT_EQ(log_->high_watermark(), Offset{5});
  const Buffer all = read_all(Offset{0});
  EXPECT_EQ(BatchView(all).leader_epoch(), LeaderEpoch{4});
  EXPECT_EQ(log_->leader_epochs().latest(), LeaderEpoch{4});
}

TEST_F(PartitionLogTest, NothingIsReadBeforeItIsCommitted) {
  Buffer batch = test::a_batch({});
  log_->append(batch, nullptr, {config_, epoch_, Timestamp{1}});
  EXPECT_EQ(log_->high_watermark(), Offset{0});
  ASSERT_TRUE(log_->commit());
  EXPECT_EQ(log_->high_watermark(), Offset{1});
}

TEST_F(PartitionLogTest, AnOffsetInsideABatchGivesTheWholeBatch) {
  append({.count = 10});
  append({.count = 10});
  const auto chunk =
      log_->read(Offset{15}, Offset{20}, 10000, PartitionLog::First::whatever_its_size);
  ASSERT_TRUE(chunk);
  Buffer bytes;
  for (const Slice& slice : chunk->slices) append_slice(bytes, slice);
  EXPECT_EQ(BatchView(bytes).base_offset(), Offset{10});
}

TEST_F(PartitionLogTest, TheFirstBatchComesWhateverItsSizeIfAskedSo) {
  append({.value_size = 5000});
  EXPECT_FALSE(
      log_->read(Offset{0}, Offset{1}, 10, PartitionLog::First::whatever_its_size)->slices.empty());
  EXPECT_TRUE(
      log_->read(Offset{0}, Offset{1}, 10, PartitionLog::First::only_if_it_fits)->slices.empty());
}

TEST_F(PartitionLogTest, ReadsTheSameFromMemoryAndFromFiles) {
  for (int i = 0; i < 50; ++i) append({.count = 5, .value_size = 700});
  const Buffer from_memory = read_all(Offset{0});
  ASSERT_TRUE(log_->close());
  open(log_->recovery_point());
  EXPECT_EQ(read_all(Offset{0}), from_memory);
}

TEST_F(PartitionLogTest, ADuplicateIsAnsweredWithItsFirstOffsetAndNotStored) {
  const test::BatchSpec spec{.count = 3,
                             .producer_id = ProducerId{1},
                             .producer_epoch = ProducerEpoch{0},
                             .base_sequence = 0};
  append();
  EXPECT_EQ(append(spec).base_offset, Offset{1});
  EXPECT_EQ(append(spec).base_offset, Offset{1});
  EXPECT_EQ(log_->high_watermark(), Offset{4});
}

TEST_F(PartitionLogTest, TheProducersSurviveARestartWithAndWithoutTheirSnapshot) {
  for (int i = 0; i < 6; ++i) {
    append({.producer_id = ProducerId{1}, .producer_epoch = ProducerEpoch{0}, .base_sequence = i});
  }
  const ProducerState before = log_->producers();
  ASSERT_TRUE(log_->close());
  const Offset point = log_->recovery_point();
  open(point);
  EXPECT_EQ(log_->producers(), before);
  log_.reset();
  for (const auto& entry : fs::directory_iterator(directory_.path())) {
    if (entry.path().extension() == ".snapshot") fs::remove(entry.path());
  }
  open(point);
  EXPECT_EQ(log_->producers(), before);
}

TEST_F(PartitionLogTest, RollsBySizeAndReadsAcrossSegments) {
  config_.segment_bytes = 2000;
  for (int i = 0; i < 20; ++i) append({.count = 2, .value_size = 300});
  EXPECT_TRUE(fs::exists(path("00000000000000000004.log")));
  const Buffer all = read_all(Offset{0});
  EXPECT_EQ(all.size(), static_cast<std::size_t>(log_->size()));
  open();
  EXPECT_EQ(read_all(Offset{0}), all);
}

TEST_F(PartitionLogTest, RollsByTheAgeOfItsRecords) {
  config_.segment_ms = 1000;
  append({.first_timestamp = Timestamp{10000}});
  append({.first_timestamp = Timestamp{11000}});
  EXPECT_FALSE(fs::exists(path("00000000000000000002.log")));
  append({.first_timestamp = Timestamp{11001}});
  EXPECT_TRUE(fs::exists(path("00000000000000000002.log")));
}

TEST_F(PartitionLogTest, FindsTheFirstRecordAtATime) {
  config_.segment_bytes = 3000;
  for (int i = 0; i < 30; ++i) {
    append({.count = 5, .first_timestamp = Timestamp{1000 + i * 10}, .value_size = 100});
  }
  const auto found = log_->find(Timestamp{1102});
  ASSERT_TRUE(found && *found);
  EXPECT_EQ((*found)->offset, Offset{52});
  EXPECT_EQ((*found)->timestamp, Timestamp{1102});
  EXPECT_EQ((*log_->find(Timestamp{1105}))->offset, Offset{55});
  EXPECT_FALSE(*log_->find(Timestamp{99999}));
  EXPECT_EQ((*log_->find_max_timestamp())->offset, Offset{149});
}

TEST_F(PartitionLogTest, FindsTimesInCompressedBatchesAndOutOfOrder) {
  append({.count = 3, .first_timestamp = Timestamp{5000}, .codec = wire::Codec::zstd});
  append({.count = 3, .first_timestamp = Timestamp{3000}, .codec = wire::Codec::zstd});
  EXPECT_EQ((*log_->find(Timestamp{5002}))->offset, Offset{2});
  EXPECT_EQ((*log_->find(Timestamp{100}))->offset, Offset{0});
  EXPECT_EQ((*log_->find_max_timestamp())->offset, Offset{2});
}

TEST_F(PartitionLogTest, ATimeIsLookedForBehindABatchThatOnlySeemsToHaveIt) {
  // The first batch has its largest time in a record that is deleted.
  wire::RecordBatchBuilder mixed;
  mixed.add(Timestamp{9000}, as_bytes("k"), as_bytes("v"));
  mixed.add(Timestamp{1000}, as_bytes("k"), as_bytes("v"));
  Buffer batch = *mixed.build({});
  log_->append(batch, nullptr, {config_, epoch_, Timestamp{1}});
  ASSERT_TRUE(log_->commit());
  append({.first_timestamp = Timestamp{9500}});
  ASSERT_TRUE(log_->advance_log_start(Offset{1}));
  EXPECT_EQ((*log_->find(Timestamp{8000}))->offset, Offset{2});
}

TEST_F(PartitionLogTest, ASnapshotOfHistoryThatWasCutIsNotBelievedLater) {
  const auto by = [](std::int64_t producer, std::int32_t sequence) {
    return test::BatchSpec{.producer_id = ProducerId{producer},
                           .producer_epoch = ProducerEpoch{0},
                           .base_sequence = sequence};
  };
  append(by(1, 0));
  const auto kept = fs::file_size(path("00000000000000000000.log"));
  append(by(1, 1));
  append(by(1, 2));
  ASSERT_TRUE(log_->close());  // with a snapshot at 3
  log_.reset();
  fs::resize_file(path("00000000000000000000.log"), kept);
  open();
  for (int i = 0; i < 5; ++i) append(by(2, i));
  open(log_->high_watermark());  // as after a kill, when all was synced: no new snapshot
  EXPECT_EQ(log_->producers().producers().at(ProducerId{1}).batches().size(), 1U);
  EXPECT_EQ(append(by(2, 1)).base_offset, Offset{2});  // still known as a duplicate
}

TEST_F(PartitionLogTest, TheEpochIsKnownBeforeItsFirstBatch) {
  append();
  log_->begin_epoch(LeaderEpoch{5});
  EXPECT_EQ(log_->leader_epochs().end_of(LeaderEpoch{5}, log_->high_watermark()).offset, Offset{1});
}

TEST_F(PartitionLogTest, TheRecoveryPointWaitsForEarlierSyncs) {
  config_.segment_bytes = 2000;
  for (int i = 0; i < 20; ++i) append({.count = 2, .value_size = 300});
  std::vector<PartitionLog::SyncNumber> syncs;
  for (const auto& task : log_->take_background_tasks()) {
    if (task.sync) syncs.push_back(*task.sync);
  }
  ASSERT_GE(syncs.size(), 2U);
  log_->synced(syncs[1]);
  EXPECT_EQ(log_->recovery_point(), Offset{0});
  log_->synced(syncs[0]);
  EXPECT_GT(log_->recovery_point(), Offset{2});
}

TEST_F(PartitionLogTest, WhatIsToBeDurableIsReadOnceItIs) {
  config_.is_durable = true;
  append({.count = 2});
  EXPECT_EQ(log_->high_watermark(), Offset{0});
  EXPECT_EQ(log_->end(), Offset{2});
  ASSERT_TRUE(log_->awaits_sync());
  const auto first = log_->plan_sync().task;
  EXPECT_FALSE(log_->awaits_sync());
  append();  // too late for that sync
  ASSERT_TRUE(log_->awaits_sync());
  ASSERT_TRUE(first.run());
  log_->synced(*first.sync);
  EXPECT_EQ(log_->high_watermark(), Offset{2});
  EXPECT_GT(log_->take_growth().bytes, 0U);
  const auto second = log_->plan_sync().task;
  log_->synced(*second.sync);
  EXPECT_EQ(log_->high_watermark(), Offset{3});
  EXPECT_EQ(read_all(Offset{0}).size(),
            test::a_batch({.count = 2}).size() + test::a_batch({}).size());
  EXPECT_EQ(log_->recovery_point(), Offset{3});
}

TEST_F(PartitionLogTest, ASyncDoesNotOvertakeThatOfASealedSegment) {
  config_.is_durable = true;
  config_.segment_bytes = 2000;
  for (int i = 0; i < 5; ++i) append({.count = 2, .value_size = 300});
  const auto sealed = log_->take_background_tasks();
  ASSERT_FALSE(sealed.empty());
  const auto last = log_->plan_sync().task;
  log_->synced(*last.sync);
  EXPECT_EQ(log_->high_watermark(), Offset{0});
  for (const auto& task : sealed) {
    if (task.sync) log_->synced(*task.sync);
  }
  EXPECT_EQ(log_->high_watermark(), Offset{10});
}

TEST_F(PartitionLogTest, EverySoManyRecordsAreDurable) {
  config_.flush_messages = 3;
  append({.count = 2});
  EXPECT_EQ(log_->high_watermark(), Offset{2});
  EXPECT_FALSE(log_->awaits_sync());
  append();
  EXPECT_EQ(log_->high_watermark(), Offset{2});
  ASSERT_TRUE(log_->awaits_sync());
  const auto sync = log_->plan_sync().task;
  log_->synced(*sync.sync);
  EXPECT_EQ(log_->high_watermark(), Offset{3});
  append({.count = 2});
  EXPECT_EQ(log_->high_watermark(), Offset{5});
}

TEST_F(PartitionLogTest, ALogWithoutTheDiskIsOfflineForGood) {
  config_.is_durable = true;
  append();
  (void)log_->plan_sync();
  log_->sync_failed({Fault::io, "no disk"});
  EXPECT_EQ(append().fault.error, ErrorCode::kafka_storage_error);
  EXPECT_EQ(log_->high_watermark(), Offset{0});
  EXPECT_FALSE(log_->awaits_sync());
}

TEST_F(PartitionLogTest, DeletingRecordsRemovesWholeSegmentsBeforeTheStart) {
  config_.segment_bytes = 2000;
  for (int i = 0; i < 20; ++i) append({.count = 2, .value_size = 300});
  ASSERT_TRUE(log_->advance_log_start(Offset{11}));
  EXPECT_EQ(log_->log_start_offset(), Offset{11});
  EXPECT_FALSE(fs::exists(path("00000000000000000000.log")));
  EXPECT_EQ(BatchView(read_all(Offset{11})).base_offset(), Offset{10});
  open({}, Offset{11});
  EXPECT_EQ(log_->log_start_offset(), Offset{11});
  EXPECT_EQ(log_->high_watermark(), Offset{40});
}

TEST_F(PartitionLogTest, ATornEndIsCutAtEveryByte) {
  append({.count = 2});
  const auto whole = fs::file_size(path("00000000000000000000.log"));
  append({.count = 3});
  const auto full = fs::file_size(path("00000000000000000000.log"));
  log_.reset();
  const std::string file = path("00000000000000000000.log");
  for (auto size = full - 1; size > whole; --size) {
    fs::resize_file(file, size);
    open();
    ASSERT_EQ(log_->high_watermark(), Offset{2}) << size;
    EXPECT_EQ(recovery_->bytes_cut, static_cast<std::int64_t>(size - whole));
    EXPECT_EQ(recovery_->cut_offset, Offset{2});
    EXPECT_EQ(fs::file_size(file), whole);
    append({.count = 3});
    log_.reset();
  }
}

TEST_F(PartitionLogTest, AFlippedByteBehindTheRecoveryPointEndsTheLogThere) {
  append({.count = 2});
  const auto whole = fs::file_size(path("00000000000000000000.log"));
  append({.count = 3});
  log_.reset();
  overwrite(first_file, static_cast<std::streamoff>(whole) + 70, "X");
  open();
  EXPECT_EQ(log_->high_watermark(), Offset{2});
}

TEST_F(PartitionLogTest, DamageBeforeALaterSegmentKeepsThePartitionFromOpening) {
  config_.segment_bytes = 2000;
  for (int i = 0; i < 20; ++i) append({.count = 2, .value_size = 300});
  log_.reset();
  fs::resize_file(path("00000000000000000000.log"), 100);
  EXPECT_FALSE(damage().empty());
  EXPECT_TRUE(fs::exists(path("00000000000000000004.log")));
}

TEST_F(PartitionLogTest, DamageBeforeAWholeBatchIsNotTakenForATornEnd) {
  for (int i = 0; i < 3; ++i) append({.count = 2});
  const auto size = static_cast<std::streamoff>(fs::file_size(path(first_file)) / 3);
  log_.reset();
  overwrite(first_file, size + 70, "X");
  EXPECT_NE(damage().find("byte " + std::to_string(size)), std::string::npos);
  EXPECT_EQ(static_cast<std::streamoff>(fs::file_size(path(first_file))), 3 * size);
}

TEST_F(PartitionLogTest, PagesThatNeverCameToTheDiskAreATornEnd) {
  for (int i = 0; i < 3; ++i) append({.value_size = 3000});
  const auto size = static_cast<std::streamoff>(fs::file_size(path(first_file)) / 3);
  log_.reset();
  overwrite(first_file, size + 70, std::string(2000, '\0'));
  open();
  EXPECT_EQ(log_->high_watermark(), Offset{1});
  EXPECT_EQ(recovery_->bytes_cut, 2 * size);
}

TEST_F(PartitionLogTest, WhatWasOnTheDiskIsMissed) {
  for (int i = 0; i < 3; ++i) append({});
  const auto size = fs::file_size(path(first_file)) / 3;
  log_.reset();
  fs::resize_file(path(first_file), 2 * size);
  const auto open_with = [&](Offset recovery_point) {
    return PartitionLog::open({files_, cache_, directory_.path(), {recovery_point, {}}},
                              *recovery_);
  };
  const auto opened = open_with(Offset{3});
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().context.find("offsets from 2 to 2 were on the disk"), std::string::npos);
  EXPECT_TRUE(open_with(Offset{2}));
}

TEST_F(PartitionLogTest, SegmentsBehindATornOneGoToo) {
  config_.segment_bytes = 2000;
  for (int i = 0; i < 20; ++i) append({.count = 2, .value_size = 300});
  log_.reset();
  fs::resize_file(path(first_file), 100);
  auto opened =
      PartitionLog::open({files_, cache_, directory_.path(), {Offset{}, {}, true}}, *recovery_);
  ASSERT_TRUE(opened) << opened.error().context;
  EXPECT_EQ((*opened)->high_watermark(), Offset{0});
  EXPECT_FALSE(fs::exists(path("00000000000000000004.log")));
}

TEST_F(PartitionLogTest, AReaderIsToldOfDamage) {
  config_.index_interval_bytes = 500;
  for (int i = 0; i < 20; ++i) append({.value_size = 300});
  const Offset end = log_->high_watermark();
  ASSERT_TRUE(log_->close());
  const auto size = static_cast<std::streamoff>(fs::file_size(path(first_file)) / 20);
  open(end);
  overwrite(first_file, 11 * size + 10, "X");  // in the length of a batch
  const auto read = [&](std::int64_t offset) {
    return log_->read(Offset{offset}, end, 1, PartitionLog::First::whatever_its_size);
  };
  EXPECT_TRUE(read(10));
  EXPECT_FALSE(read(11));
  EXPECT_TRUE(read(19));
}

TEST_F(PartitionLogTest, AnOldEpochFileIsNotBelieved) {
  append({.count = 2});
  const Buffer old = *files_.read_file(path("leader-epoch-checkpoint"));
  epoch_ = LeaderEpoch{1};
  for (int i = 0; i < 3; ++i) append({.count = 2});
  ASSERT_TRUE(log_->close());
  const auto expected = log_->leader_epochs().entries();
  write(path("leader-epoch-checkpoint"), old);
  open(log_->end());
  EXPECT_EQ(log_->leader_epochs().entries(), expected);
}

// With every bit of the log flipped once. The checksum of a batch does not cover where it stands.
TEST_F(PartitionLogTest, NoFlippedBitIsServed) {
  config_.segment_bytes = 300;
  for (int i = 0; i < 7; ++i) append({.count = 2});
  append({});
  ASSERT_TRUE(log_->close());
  const Offset end = log_->end();
  const Buffer whole = read_all({});
  std::vector<std::string> names;
  for (const auto& each : fs::directory_iterator(directory_.path())) {
    if (each.path().extension() == ".log") names.push_back(each.path());
  }
  std::sort(names.begin(), names.end());
  ASSERT_GT(names.size(), 2U);
  for (const std::string& name : names) {
    const Buffer good = *files_.read_file(name);
    const std::size_t epoch_of_last = good.size() - last_size(good) + 12;
    for (std::size_t bit = 0; bit < 8 * good.size(); ++bit) {
      if (epoch_of_last <= bit / 8 && bit / 8 < epoch_of_last + 4) continue;  // nothing follows it
      Buffer bad = good;
      bad[bit / 8] ^= std::byte{1} << bit % 8;
      write(name, bad);
      EXPECT_TRUE(is_refused_or_same(end, whole)) << name << " bit " << bit;
    }
    write(name, good);
  }
}

TEST_F(PartitionLogTest, AnswersAreTheSameWithoutAnyIndexSnapshotOrEpochFile) {
  config_.segment_bytes = 20000;
  config_.index_interval_bytes = 500;
  for (int i = 0; i < 100; ++i) {
    epoch_ = LeaderEpoch{i / 30};
    append({.count = 3,
            .first_timestamp = Timestamp{1000 + i * 10},
            .value_size = 200,
            .producer_id = ProducerId{i % 3},
            .producer_epoch = ProducerEpoch{0},
            .base_sequence = i / 3 * 3});
  }
  ASSERT_TRUE(log_->close());
  const Offset point = log_->recovery_point();
  const auto answers = [&] {
    return std::make_tuple(read_all(Offset{0}), log_->producers().encode(),
                           log_->leader_epochs().encode(), (*log_->find(Timestamp{1501}))->offset,
                           (*log_->find_max_timestamp())->offset, log_->high_watermark());
  };
  open(point);
  const auto with_caches = answers();
  log_.reset();
  for (const auto& entry : fs::directory_iterator(directory_.path())) {
    if (entry.path().extension() != ".log") fs::remove(entry.path());
  }
  open(point);
  EXPECT_EQ(answers(), with_caches);
}

TEST_F(PartitionLogTest, AnswersAreTheSameWithGarbageForIndexes) {
  config_.index_interval_bytes = 500;
  for (int i = 0; i < 50; ++i) {
    append({.count = 3, .first_timestamp = Timestamp{1000 + i * 10}, .value_size = 200});
  }
  ASSERT_TRUE(log_->close());
  const Offset point = log_->recovery_point();
  const Buffer all = read_all(Offset{0});
  log_.reset();
  for (const char* name : {"00000000000000000000.index", "00000000000000000000.timeindex"}) {
    std::fstream file(path(name), std::ios::in | std::ios::out);
    for (int i = 0; i < 40; ++i) file.put(static_cast<char>(i * 37));
  }
  open(point);
  EXPECT_EQ(read_all(Offset{0}), all);
  EXPECT_EQ((*log_->find(Timestamp{1301}))->offset, Offset{91});
}

TEST_F(PartitionLogTest, AFailedBatchLeavesNoTrace) {
  Buffer batch = test::a_batch({});
  batch.back() ^= std::byte{1};
  const auto appended = log_->append(batch, nullptr, {config_, epoch_, Timestamp{1}});
  EXPECT_EQ(appended.fault.error, ErrorCode::corrupt_message);
  ASSERT_TRUE(log_->commit());
  EXPECT_EQ(log_->high_watermark(), Offset{0});
  EXPECT_EQ(fs::file_size(path("00000000000000000000.log")), 0U);
}

}  // namespace
}  // namespace odradek::log
