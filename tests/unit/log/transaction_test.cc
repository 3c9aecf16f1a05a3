// SPDX-License-Identifier: Apache-2.0
#include "log/follower_log.h"
#include "log/partition_log.h"
#include "log/posix_file_system.h"
#include "support/batches.h"
#include "support/temporary_directory.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <utility>

namespace odradek::log {
namespace {

using wire::ErrorCode;
using wire::TransactionResult;
constexpr auto commit = TransactionResult::commit;
constexpr auto abort_it = TransactionResult::abort;

// Transactions in the log of one partition, from several producers, over a real directory.
class TransactionTest : public testing::Test {
 protected:
  void SetUp() override { open(); }

  void open(Offset recovery_point = {}) {
    log_.reset();
    PartitionLog::Recovery recovery;
    auto opened =
        PartitionLog::open({files_, cache_, directory_.path(), {recovery_point, {}}}, recovery);
    ASSERT_TRUE(opened) << opened.error().context;
    log_ = std::move(*opened);
  }

  static Buffer records(std::int64_t producer, std::int32_t sequence, int count = 1,
                        std::int16_t epoch = 0) {
    return test::a_batch({.count = count,
                          .producer_id = ProducerId{producer},
                          .producer_epoch = ProducerEpoch{epoch},
                          .base_sequence = sequence,
                          .attributes = wire::transactional_attribute});
  }
  PartitionLog::Verification begin_verification(const Buffer& bytes, bool bumps_epochs = false) {
    const wire::BatchView batch(bytes);
    return log_->begin_verification(
        {batch.producer_id(), batch.producer_epoch(), batch.base_sequence(), bumps_epochs}, now_);
  }
  // As the broker does it: the coordinator is asked where that is needed, and says yes.
  PartitionLog::Appended append(Buffer batch) {
    const auto asked = begin_verification(batch);
    return append(std::move(batch), asked.guard.value_or(VerificationGuard{}));
  }
  PartitionLog::Appended append(Buffer batch, VerificationGuard guard,
                                Origin origin = Origin::client) {
    auto appended = log_->append(
        batch, nullptr,
        {.config = config_, .leader_epoch = {0}, .now = now_, .origin = origin, .guard = guard});
    EXPECT_TRUE(log_->commit());
    return appended;
  }
  PartitionLog::Appended plain(int count = 1) {
    return append(test::a_batch({.count = count}), {});
  }
  PartitionLog::Appended end(std::int64_t producer, TransactionResult result,
                             std::int16_t epoch = 0, std::int16_t version = 0,
                             std::int32_t coordinator = 0) {
    const EndOfTransaction end{{producer}, {epoch}, {result, {coordinator}}, version};
    auto appended = log_->append(end, {.config = config_, .leader_epoch = {0}, .now = now_});
    EXPECT_TRUE(log_->commit());
    return appended;
  }
  // Producer, first offset and last offset of what was aborted in a range.
  using Aborted = std::vector<std::tuple<std::int64_t, std::int64_t, std::int64_t>>;
  static Aborted aborted(ReadableLog& log, std::int64_t begin, std::int64_t end) {
    Aborted shown;
    const auto found = log.aborted(Offset{begin}, Offset{end});
    EXPECT_TRUE(found);
    if (!found) return shown;
    for (const AbortedEntry& each : *found) {
      shown.emplace_back(each.producer.value, each.first_offset.value, each.last_offset.value);
    }
    return shown;
  }
  Aborted aborted(std::int64_t begin = 0, std::int64_t end = 1000) {
    return aborted(*log_, begin, end);
  }
  std::int64_t stable() const { return log_->last_stable_offset().value; }

  test::TemporaryDirectory directory_;
  PosixFileSystem files_;
  TailCache cache_{1 << 20};
  LogConfig config_;
  Timestamp now_{5000};
  std::unique_ptr<PartitionLog> log_;
};

TEST_F(TransactionTest, WhatIsOpenHoldsBackTheLastStableOffset) {
  plain(3);
  EXPECT_EQ(stable(), 3);
  append(records(1, 0, 2));  // 3, 4
  append(records(2, 0));     // 5
  plain();                   // 6
  EXPECT_EQ(stable(), 3);
  EXPECT_EQ(log_->high_watermark(), Offset{7});
  end(1, commit);  // 7
  EXPECT_EQ(stable(), 5);
  end(2, abort_it);  // 8
  EXPECT_EQ(stable(), 9);
  EXPECT_EQ(aborted(), (Aborted{{2, 5, 8}}));
}

// What a power cut may take back is not decided.
TEST_F(TransactionTest, AMarkerCountsOnceItIsRead) {
  config_.is_durable = true;
  const auto sync = [&] { log_->synced(*log_->plan_sync().task.sync); };
  append(records(1, 0));  // at 0
  append(records(2, 0));  // at 1
  sync();
  EXPECT_EQ(log_->last_stable_offset(), Offset{0});
  end(2, commit);  // at 2
  end(1, commit);  // at 3
  append(records(3, 0));
  EXPECT_EQ(log_->last_stable_offset(), Offset{0});
  sync();
  EXPECT_EQ(log_->high_watermark(), Offset{5});
  EXPECT_EQ(log_->last_stable_offset(), Offset{4});
  end(3, abort_it);
  EXPECT_EQ(log_->last_stable_offset(), Offset{4});
  sync();
  EXPECT_EQ(log_->last_stable_offset(), Offset{6});
}

TEST_F(TransactionTest, AbortedTransactionsAreFoundWhereTheyReach) {
  append(records(1, 0));  // 0
  end(1, abort_it);       // 1
  append(records(1, 1));  // 2
  append(records(2, 0));  // 3
  end(2, abort_it);       // 4
  end(1, abort_it);       // 5
  plain();                // 6
  EXPECT_EQ(aborted(), (Aborted{{1, 0, 1}, {2, 3, 4}, {1, 2, 5}}));
  EXPECT_EQ(aborted(0, 1), (Aborted{{1, 0, 1}}));
  EXPECT_EQ(aborted(2, 3), (Aborted{{1, 2, 5}}));
  EXPECT_EQ(aborted(5, 7), (Aborted{{1, 2, 5}}));
  EXPECT_EQ(aborted(6, 7), Aborted{});
}

TEST_F(TransactionTest, AbortedTransactionsAreFoundOverManySegments) {
  config_.segment_bytes = 200;
  append(records(1, 0));
  for (int i = 0; i < 20; ++i) plain(2);
  for (int i = 0; i < 5; ++i) {
    append(records(2, i));
    end(2, abort_it);
  }
  const Offset last = end(1, abort_it).base_offset;
  for (int i = 0; i < 5; ++i) plain(2);
  EXPECT_EQ(aborted(3, 5), (Aborted{{1, 0, last.value}}));
  EXPECT_EQ(aborted().size(), 6U);
  const auto before = aborted();
  open();
  EXPECT_EQ(aborted(), before);
  open(log_->high_watermark());
  EXPECT_EQ(aborted(), before);
}

TEST_F(TransactionTest, ARestartKnowsWhatIsOpenAndWhatWasAborted) {
  append(records(1, 0));
  end(1, abort_it);
  append(records(2, 0));
  append(records(3, 0));
  end(3, abort_it);
  const auto before = aborted();
  const auto look = [&] {
    EXPECT_EQ(stable(), 2);
    EXPECT_EQ(aborted(), before);
    EXPECT_TRUE(log_->producers().has_transaction({2}, {0}));
    EXPECT_EQ(append(records(2, 5)).fault.error, ErrorCode::out_of_order_sequence_number);
  };
  open();  // as after kill -9
  look();
  ASSERT_TRUE(log_->close());  // with a snapshot
  open(log_->high_watermark());
  look();
  std::filesystem::remove(directory_ / "00000000000000000000.txnindex");
  std::filesystem::remove(directory_ / "00000000000000000005.snapshot");
  open();  // all is learnt from the log again
  look();
  end(2, commit);
  EXPECT_EQ(stable(), 6);
}

TEST_F(TransactionTest, AnIndexThatIsDamagedIsMadeAnew) {
  append(records(1, 0));
  end(1, abort_it);
  append(records(1, 1));
  end(1, abort_it);
  const auto before = aborted();
  const std::string path = directory_ / "00000000000000000000.txnindex";
  const Buffer good = *files_.read_file(path);
  for (std::size_t i = 0; i < good.size(); ++i) {
    Buffer bad = good;
    bad[i] ^= std::byte{0x41};
    ASSERT_TRUE(files_.write_cache_file(path, bad));
    open();
    EXPECT_EQ(aborted(), before) << i;
  }
  ASSERT_TRUE(files_.write_cache_file(path, Bytes(good).first(40)));
  open();
  EXPECT_EQ(aborted(), before);
  EXPECT_EQ(*files_.read_file(path), good);
}

TEST_F(TransactionTest, ARecordThatNobodyVouchedForIsRefused) {
  EXPECT_EQ(append(records(1, 0), {}).fault.error, ErrorCode::invalid_txn_state);
  EXPECT_EQ(append(records(1, 0), VerificationGuard{5}).fault.error, ErrorCode::invalid_txn_state);
  EXPECT_EQ(log_->high_watermark(), Offset{0});
  append(records(1, 0));
  EXPECT_EQ(append(records(1, 1), {}).fault.error, ErrorCode::none);  // known by now
}

// KIP-890: the coordinator said yes, and the transaction ended before the record came.
TEST_F(TransactionTest, AnEndOvertakesTheCoordinatorsWord) {
  const Buffer late = records(1, 0);
  const auto guard = begin_verification(late).guard;
  ASSERT_TRUE(guard);
  end(1, abort_it);
  EXPECT_EQ(append(late, *guard).fault.error, ErrorCode::invalid_txn_state);
  EXPECT_EQ(stable(), 1);
}

// KIP-890, part 2: the producer goes on in the epoch of the marker, before that is written.
TEST_F(TransactionTest, TheNextTransactionIsAskedForBeforeTheMarkerOfTheLastCame) {
  append(records(1, 0));
  const Buffer next = records(1, 0, 1, 1);
  const auto guard = begin_verification(next, true).guard;
  end(1, commit, 1, 2);
  EXPECT_EQ(append(next, *guard).fault.error, ErrorCode::none);
  EXPECT_EQ(stable(), 2);
}

TEST_F(TransactionTest, NobodyIsAskedAboutAnOldEpoch) {
  append(records(1, 0, 1, 3));
  const auto asked = begin_verification(records(1, 1, 1, 2));
  EXPECT_EQ(asked.error, ErrorCode::invalid_producer_epoch);
  EXPECT_FALSE(asked.guard);
}

TEST_F(TransactionTest, WhatIsUndecidedDoesNotLieBeforeTheStart) {
  append(records(1, 0));
  plain(9);
  ASSERT_TRUE(log_->advance_log_start(Offset{10}));
  EXPECT_EQ(stable(), 10);
  plain();
  EXPECT_EQ(stable(), 10);
  end(1, commit);
  EXPECT_EQ(stable(), 12);
}

// Of the files behind the recovery point a power cut may leave any.
TEST_F(TransactionTest, ASnapshotBehindTheRecoveryPointIsNotBelieved) {
  append(records(1, 0));
  end(1, abort_it);
  append(records(2, 0));
  const auto before = aborted();
  ASSERT_TRUE(log_->close());
  std::filesystem::remove(directory_ / "00000000000000000000.txnindex");
  open();
  EXPECT_EQ(aborted(), before);
  EXPECT_EQ(stable(), 2);
}

TEST_F(TransactionTest, OldSnapshotsDoNotPileUp) {
  const auto count = [&] {
    const auto names = files_.list(directory_.path());
    return std::count_if(names->begin(), names->end(),
                         [](const std::string& name) { return name.ends_with(".snapshot"); });
  };
  for (int i = 0; i < 6; ++i) {
    plain();
    ASSERT_TRUE(log_->close());
    open(log_->high_watermark());
    EXPECT_LE(count(), 3) << i;
  }
}

TEST_F(TransactionTest, OfBatchesThatWaitTheFirstMustComeFirst) {
  const auto guard = begin_verification(records(1, 7)).guard;
  EXPECT_EQ(begin_verification(records(1, 5)).guard, guard);
  EXPECT_EQ(append(records(1, 7), *guard).fault.error, ErrorCode::out_of_order_sequence_number);
  EXPECT_EQ(append(records(1, 5), *guard).fault.error, ErrorCode::none);
}

TEST_F(TransactionTest, InVersion2ANewProducerBeginsWithSequenceZero) {
  const auto guard = begin_verification(records(1, 3), true).guard;
  EXPECT_EQ(append(records(1, 3), *guard).fault.error, ErrorCode::out_of_order_sequence_number);
}

TEST_F(TransactionTest, RecordsOutsideOfAnOpenTransactionAreRefused) {
  append(records(1, 0));
  Buffer outside = test::a_batch(
      {.producer_id = ProducerId{1}, .producer_epoch = ProducerEpoch{0}, .base_sequence = 1});
  EXPECT_EQ(append(outside, {}).fault.error, ErrorCode::invalid_txn_state);
  end(1, commit);
  EXPECT_EQ(append(outside, {}).fault.error, ErrorCode::none);
}

TEST_F(TransactionTest, AMarkerFencesOldEpochs) {
  append(records(1, 0, 1, 3));
  EXPECT_EQ(end(1, abort_it, 2).fault.error, ErrorCode::invalid_producer_epoch);
  EXPECT_EQ(end(1, abort_it, 4).fault.error, ErrorCode::none);
  EXPECT_EQ(append(records(1, 1, 1, 3)).fault.error, ErrorCode::invalid_producer_epoch);
  EXPECT_EQ(append(records(1, 0, 1, 4)).fault.error, ErrorCode::none);
}

TEST_F(TransactionTest, AMarkerOfVersion2ComesWithTheNextEpoch) {
  append(records(1, 0, 1, 3));
  EXPECT_EQ(end(1, commit, 3, 2).fault.error, ErrorCode::invalid_producer_epoch);
  EXPECT_EQ(end(1, commit, 4, 2).fault.error, ErrorCode::none);
  EXPECT_EQ(end(1, commit, 4, 2).fault.error, ErrorCode::none);  // sent again
  EXPECT_EQ(end(1, commit, 3, 2).fault.error, ErrorCode::invalid_producer_epoch);
}

TEST_F(TransactionTest, AMarkerOfACoordinatorBeforeIsRefused) {
  append(records(1, 0));
  end(1, commit, 0, 0, 5);
  append(records(1, 1));
  EXPECT_EQ(end(1, abort_it, 0, 0, 4).fault.error, ErrorCode::transaction_coordinator_fenced);
  EXPECT_EQ(end(1, abort_it, 0, 0, 5).fault.error, ErrorCode::none);
}

TEST_F(TransactionTest, TheSequencesOfACoordinatorMeanNothing) {
  Buffer batch = test::a_batch({.producer_id = ProducerId{1},
                                .producer_epoch = ProducerEpoch{0},
                                .base_sequence = 0,
                                .attributes = wire::transactional_attribute});
  const auto guard = begin_verification(batch).guard;
  EXPECT_EQ(append(batch, *guard, Origin::coordinator).base_offset, Offset{0});
  EXPECT_EQ(append(batch, {}, Origin::coordinator).base_offset, Offset{1});  // no duplicate
  EXPECT_EQ(stable(), 0);
}

TEST_F(TransactionTest, OpenTransactionsAreNotForgotten) {
  append(records(1, 0));
  append(records(2, 0));
  end(2, commit);
  log_->expire_producers(Timestamp{1'000'000'000'000});
  EXPECT_EQ(log_->producers().producers().size(), 1U);
  EXPECT_EQ(stable(), 0);
}

TEST_F(TransactionTest, ReadersOfWhatIsDecidedHearOfItWhenItIs) {
  (void)log_->take_growth();
  append(records(1, 0));
  plain();
  Growth growth = log_->take_growth();
  EXPECT_GT(growth.bytes, 0U);
  EXPECT_EQ(growth.stable_bytes, 0U);
  end(1, commit);
  EXPECT_EQ(log_->take_growth().stable_bytes, static_cast<std::size_t>(log_->size()));
}

TEST_F(TransactionTest, AFollowerSeesTheSame) {
  config_.segment_bytes = 300;
  FollowerLog follower(files_, directory_.path());
  const auto follow = [&] {
    ASSERT_TRUE(follower.advance({log_->log_start_offset(), log_->high_watermark(),
                                  log_->last_stable_offset(), log_->layout()}));
    EXPECT_EQ(follower.last_stable_offset(), log_->last_stable_offset());
    EXPECT_EQ(aborted(follower, 0, 1000), aborted());
  };
  append(records(1, 0));
  follow();
  for (int i = 0; i < 6; ++i) {
    append(records(2, i));
    end(2, i % 2 == 0 ? abort_it : commit);
    follow();
  }
  end(1, abort_it);
  follow();
  EXPECT_EQ(aborted().size(), 4U);
}

TEST_F(TransactionTest, AReadSaysHowFarItReaches) {
  config_.index_interval_bytes = 1;
  TailCache none(0);
  for (int i = 0; i < 20; ++i) plain(10);
  log_->release();
  log_->adopt(none);
  const auto chunk =
      log_->read(Offset{0}, log_->high_watermark(), 1000, ReadableLog::First::whatever_its_size);
  ASSERT_TRUE(chunk);
  EXPECT_GT(chunk->end, Offset{0});
  EXPECT_LT(chunk->end, Offset{100});
  log_.reset();
}

}  // namespace
}  // namespace odradek::log
