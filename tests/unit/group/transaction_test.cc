// SPDX-License-Identifier: Apache-2.0
#include "support/group_script.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace odradek::group {
namespace {

using wire::TransactionResult;

// Offsets committed in transactions, with a log of records and markers that can be replayed.
class GroupTransactionTest : public testing::Test {
 protected:
  static OffsetCommitKey key(std::int32_t partition = 0, std::string group = "g") {
    return {std::move(group), "t", {partition}};
  }
  void commit(const OffsetCommitKey& key, std::int64_t offset, std::int64_t producer = -1) {
    Actions actions;
    OffsetCommitValue value{.offset = {offset}};
    wire::TxnOffsetCommitRequest request;
    request.group_id = key.group;
    ASSERT_EQ(coordinator_->check_commit(request, now_), wire::ErrorCode::none);
    const auto error = producer < 0 ? coordinator_->commit(key, value, actions)
                                    : coordinator_->commit_in_transaction(key, value, actions);
    ASSERT_EQ(error, wire::ErrorCode::none);
    log(actions, producer);
    if (producer < 0) return;
    for (const Record& record : actions.records) {
      ASSERT_TRUE(coordinator_->replay(record.key, record.value, {producer}, now_.time));
    }
  }
  void end(std::int64_t producer, TransactionResult result) {
    coordinator_->end_transaction({producer}, result);
    log_.push_back({.producer = {producer}, .marker = result});
  }
  void log(const Actions& actions, std::int64_t producer = -1) {
    for (const Record& record : actions.records) log_.push_back({record, {producer}, {}});
  }
  static std::int64_t offset(const Coordinator& coordinator, const OffsetCommitKey& key) {
    const auto* const value = coordinator.find_offset(key.group, key.topic, key.partition);
    return value ? value->offset.value : -1;
  }
  std::int64_t offset(const OffsetCommitKey& key) const { return offset(*coordinator_, key); }

  // As another node would load it.
  std::unique_ptr<Coordinator> replayed() const {
    auto fresh = std::make_unique<Coordinator>(config_);
    for (const Logged& each : log_) {
      if (each.marker) {
        fresh->end_transaction(each.producer, *each.marker);
        continue;
      }
      const auto value =
          each.record.value ? std::optional<Bytes>(*each.record.value) : std::nullopt;
      EXPECT_TRUE(fresh->replay(each.record.key, value, each.producer, now_.time));
    }
    return fresh;
  }

  struct Logged {
    Record record;
    ProducerId producer;
    std::optional<TransactionResult> marker;
  };
  GroupConfig config_;
  Now now_{TimePoint{} + milliseconds(1000), Timestamp{1000}};
  std::unique_ptr<Coordinator> coordinator_ = std::make_unique<Coordinator>(config_);
  std::vector<Logged> log_;
};

TEST_F(GroupTransactionTest, AnOffsetIsSeenOnceItsTransactionIsCommitted) {
  commit(key(), 5);
  commit(key(), 9, 1);
  EXPECT_EQ(offset(key()), 5);
  EXPECT_TRUE(coordinator_->is_unstable(key()));
  EXPECT_FALSE(coordinator_->is_unstable(key(1)));
  end(1, TransactionResult::commit);
  EXPECT_EQ(offset(key()), 9);
  EXPECT_FALSE(coordinator_->is_unstable(key()));
}

TEST_F(GroupTransactionTest, AnAbortedOneIsNot) {
  commit(key(), 9, 1);
  end(1, TransactionResult::abort);
  EXPECT_EQ(offset(key()), -1);
  EXPECT_FALSE(coordinator_->is_unstable(key()));
  end(1, TransactionResult::commit);
  EXPECT_EQ(offset(key()), -1);
}

TEST_F(GroupTransactionTest, TheLastOfATransactionCounts) {
  commit(key(), 9, 1);
  commit(key(), 12, 1);
  end(1, TransactionResult::commit);
  EXPECT_EQ(offset(key()), 12);
}

TEST_F(GroupTransactionTest, WhatWasCommittedLaterWithoutATransactionStays) {
  commit(key(), 9, 1);
  commit(key(), 20);
  EXPECT_EQ(offset(key()), 20);
  EXPECT_TRUE(coordinator_->is_unstable(key()));
  end(1, TransactionResult::commit);
  EXPECT_EQ(offset(key()), 20);
}

TEST_F(GroupTransactionTest, OfTwoTransactionsTheLaterCommitCounts) {
  commit(key(), 9, 1);
  commit(key(), 12, 2);
  end(2, TransactionResult::commit);
  EXPECT_EQ(offset(key()), 12);
  EXPECT_TRUE(coordinator_->is_unstable(key()));
  end(1, TransactionResult::commit);
  EXPECT_EQ(offset(key()), 12);
}

TEST_F(GroupTransactionTest, WhatIsPendingIsNotExpiredAndItsGroupStays) {
  commit(key(), 9, 1);
  Actions actions;
  coordinator_->clean_up(Timestamp{1000} + milliseconds(config_.offsets_retention).count() * 2,
                         actions);
  EXPECT_TRUE(actions.records.empty());
  EXPECT_NE(coordinator_->find("g"), nullptr);
}

TEST_F(GroupTransactionTest, ADeletedGroupForgetsWhatIsPending) {
  commit(key(), 9, 1);
  commit(key(1), 5);
  Actions actions;
  EXPECT_EQ(coordinator_->delete_group("g", actions), wire::ErrorCode::none);
  log(actions);
  end(1, TransactionResult::commit);
  EXPECT_EQ(coordinator_->find("g"), nullptr);
  EXPECT_FALSE(coordinator_->is_unstable(key()));
  const auto again = replayed();
  EXPECT_EQ(offset(*again, key()), -1);
  EXPECT_EQ(again->find("g"), nullptr);
}

TEST_F(GroupTransactionTest, ADeletedTopicForgetsWhatIsPending) {
  commit(key(), 9, 1);
  Actions actions;
  coordinator_->forget_topics([](const std::string&, const Uuid&) { return false; }, actions);
  log(actions);
  EXPECT_FALSE(coordinator_->is_unstable(key()));
  end(1, TransactionResult::commit);
  EXPECT_EQ(offset(key()), -1);
  EXPECT_EQ(offset(*replayed(), key()), -1);
}

// Histories of three producers and one without transactions over three partitions: what is replayed
// is what there is, after each step, and only ends and plain commits change what is seen.
TEST_F(GroupTransactionTest, RandomHistories) {
  for (unsigned seed = 0; seed < 100; ++seed) {
    std::mt19937 random(seed);
    coordinator_ = std::make_unique<Coordinator>(config_);
    log_.clear();
    for (int i = 0; i < 40; ++i) {
      const auto producer = static_cast<std::int64_t>(random() % 3 + 1);
      const auto partition = static_cast<std::int32_t>(random() % 3);
      const auto before = offset(key(partition));
      switch (random() % 5) {
        case 0:
          commit(key(partition), i);
          EXPECT_EQ(offset(key(partition)), i);
          break;
        case 1:
        case 2:
          commit(key(partition), i, producer);
          EXPECT_EQ(offset(key(partition)), before);
          break;
        default: {
          const bool commits = random() % 2 == 0;
          end(producer, commits ? TransactionResult::commit : TransactionResult::abort);
        }
      }
      // Offsets grow with time here, so nothing that is seen ever goes back.
      EXPECT_GE(offset(key(partition)), before);
      const auto again = replayed();
      for (std::int32_t each = 0; each < 3; ++each) {
        EXPECT_EQ(offset(*again, key(each)), offset(key(each))) << "seed " << seed;
        EXPECT_EQ(again->is_unstable(key(each)), coordinator_->is_unstable(key(each)));
      }
    }
  }
}

TEST_F(GroupTransactionTest, WhoMayCommit) {
  wire::TxnOffsetCommitRequest request;
  request.group_id = "none";
  request.generation_id = {3};
  EXPECT_EQ(coordinator_->check_commit(request, now_), wire::ErrorCode::illegal_generation);
  EXPECT_EQ(coordinator_->find("none"), nullptr);
  request.generation_id = {-1};
  EXPECT_EQ(coordinator_->check_commit(request, now_), wire::ErrorCode::none);
  EXPECT_NE(coordinator_->find("none"), nullptr);
  request.generation_id = {0};
  request.member_id = "stranger";
  EXPECT_EQ(coordinator_->check_commit(request, now_), wire::ErrorCode::unknown_member_id);
}

}  // namespace
}  // namespace odradek::group
