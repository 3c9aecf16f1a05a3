// SPDX-License-Identifier: Apache-2.0
#include "log/producer_state.h"

#include "support/batches.h"

#include <gtest/gtest.h>

#include <limits>

namespace odradek::log {
namespace {

using wire::BatchView;
using wire::ErrorCode;

class ProducerStateTest : public testing::Test {
 protected:
  static Buffer batch(std::int32_t sequence, int count = 1, std::int16_t epoch = 0,
                      std::int64_t id = 1) {
    return test::a_batch({.count = count,
                          .producer_id = ProducerId{id},
                          .producer_epoch = ProducerEpoch{epoch},
                          .base_sequence = sequence});
  }
  ProducerState::Verdict check(const Buffer& bytes) { return state_.check(BatchView(bytes)); }
  // What a log does with a batch that is good.
  void append(Buffer bytes) {
    ASSERT_EQ(check(bytes).error, ErrorCode::none);
    wire::set_base_offset(bytes, next_);
    state_.update(BatchView(bytes));
    next_ = BatchView(bytes).next_offset();
  }

  ProducerState state_;
  Offset next_{100};
};

TEST_F(ProducerStateTest, AnUnknownProducerMayBeginAnywhere) {
  EXPECT_EQ(check(batch(17)).error, ErrorCode::none);
}

TEST_F(ProducerStateTest, TheNextSequenceFollowsTheLast) {
  append(batch(0, 5));
  EXPECT_EQ(check(batch(5)).error, ErrorCode::none);
  EXPECT_EQ(check(batch(6)).error, ErrorCode::out_of_order_sequence_number);
  EXPECT_EQ(check(batch(4)).error, ErrorCode::out_of_order_sequence_number);
}

TEST_F(ProducerStateTest, AnyOfTheLastFiveBatchesIsADuplicateOfItself) {
  for (int i = 0; i < 7; ++i) append(batch(i * 10, 10));
  for (int i = 2; i < 7; ++i) {
    const auto verdict = check(batch(i * 10, 10));
    ASSERT_TRUE(verdict.duplicate) << i;
    EXPECT_EQ(verdict.duplicate->first_offset(), Offset{100} + i * 10);
  }
  EXPECT_EQ(check(batch(10, 10)).error, ErrorCode::out_of_order_sequence_number);
}

TEST_F(ProducerStateTest, ADuplicateMustHaveTheSameRange) {
  append(batch(0, 10));
  EXPECT_EQ(check(batch(0, 9)).error, ErrorCode::out_of_order_sequence_number);
}

TEST_F(ProducerStateTest, ANewEpochBeginsAtZero) {
  append(batch(0, 3));
  EXPECT_EQ(check(batch(3, 1, 1)).error, ErrorCode::out_of_order_sequence_number);
  append(batch(0, 1, 1));
  EXPECT_EQ(check(batch(1, 1, 1)).error, ErrorCode::none);
}

TEST_F(ProducerStateTest, AnOldEpochIsFenced) {
  append(batch(0, 1, 3));
  EXPECT_EQ(check(batch(1, 1, 2)).error, ErrorCode::invalid_producer_epoch);
}

TEST_F(ProducerStateTest, SequencesWrap) {
  constexpr auto last = std::numeric_limits<std::int32_t>::max();
  append(batch(last - 1, 4));  // last-1, last, 0, 1
  EXPECT_TRUE(check(batch(last - 1, 4)).duplicate);
  EXPECT_EQ(check(batch(2)).error, ErrorCode::none);
  EXPECT_EQ(check(batch(3)).error, ErrorCode::out_of_order_sequence_number);
}

TEST_F(ProducerStateTest, ASnapshotKeepsAllThatIsRemembered) {
  for (int i = 0; i < 7; ++i) append(batch(i, 1, 2, 5));
  append(batch(0, 1, 0, 6));
  ProducerState restored;
  ASSERT_TRUE(restored.decode(state_.encode()));
  EXPECT_EQ(restored, state_);
  EXPECT_TRUE(restored.check(BatchView(batch(3, 1, 2, 5))).duplicate);
}

TEST_F(ProducerStateTest, ADamagedSnapshotIsNone) {
  append(batch(0));
  const Buffer good = state_.encode();
  for (std::size_t i = 0; i < good.size(); ++i) {
    Buffer damaged = good;
    damaged[i] ^= std::byte{0x10};
    ProducerState restored;
    EXPECT_FALSE(restored.decode(damaged)) << i;
    EXPECT_TRUE(restored.producers().empty());
  }
}

TEST_F(ProducerStateTest, ForgetsSilentProducers) {
  append(batch(0));
  state_.expire(Timestamp{1000});
  EXPECT_EQ(state_.producers().size(), 1U);
  state_.expire(Timestamp{1001});
  EXPECT_TRUE(state_.producers().empty());
}

}  // namespace
}  // namespace odradek::log
