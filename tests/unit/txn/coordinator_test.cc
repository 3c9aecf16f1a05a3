// SPDX-License-Identifier: Apache-2.0
#include "txn/coordinator.h"

#include "support/transaction_script.h"

#include <random>

namespace odradek::txn {
namespace {

using namespace std::chrono_literals;
using namespace test;

TEST_F(TransactionScript, AProducerIsNewOnceAndThenFencesTheOneBefore) {
  EXPECT_EQ(init().producer, (Producer{{1000}, {0}}));
  EXPECT_EQ(init().producer, (Producer{{1000}, {1}}));
  EXPECT_EQ(add({{1000}, {0}}, {t0}), ErrorCode::producer_fenced);
  EXPECT_EQ(add({{1000}, {1}}, {t0}), ErrorCode::none);
  EXPECT_EQ(init("y").producer, (Producer{{1001}, {0}}));
}

TEST(TransactionConfig, TimeOutsHaveBounds) {
  const TransactionConfig config;
  EXPECT_TRUE(config.allows(std::chrono::minutes(15)));
  EXPECT_TRUE(config.allows(std::chrono::milliseconds(1)));
  EXPECT_FALSE(config.allows(std::chrono::minutes(15) + std::chrono::milliseconds(1)));
  EXPECT_FALSE(config.allows(std::chrono::milliseconds(0)));
  EXPECT_FALSE(config.allows(std::chrono::milliseconds(-1)));
}

TEST_F(TransactionScript, AProducerMayBumpItsOwnEpoch) {
  const Producer first = init().producer;
  const Producer second = init("x", first).producer;
  EXPECT_EQ(second, (Producer{first.id, {1}}));
  // The answer was lost: it is given again.
  EXPECT_EQ(init("x", first).producer, second);
  EXPECT_EQ(init("x", Producer{first.id, {7}}).error, ErrorCode::producer_fenced);
  EXPECT_EQ(init("x", Producer{{77}, {1}}).error, ErrorCode::producer_fenced);
}

TEST_F(TransactionScript, ATransactionOfVersion1IsCommitted) {
  const Producer producer = init().producer;
  EXPECT_EQ(add(producer, {t0}, 0), ErrorCode::none);
  EXPECT_EQ(add(producer, {t1, t0}, 0), ErrorCode::none);
  EXPECT_EQ(state(), State::ongoing);
  EXPECT_EQ(end(producer, commit, 0).error, ErrorCode::none);
  EXPECT_EQ(state(), State::prepare_commit);
  ASSERT_EQ(endings_.size(), 1U);
  EXPECT_EQ(endings_[0].producer, producer);
  EXPECT_EQ(endings_[0].partitions, (std::vector{t0, t1}));
  EXPECT_EQ(endings_[0].result, commit);
  EXPECT_EQ(end(producer, commit, 0).error, ErrorCode::concurrent_transactions);
  EXPECT_EQ(end(producer, abort_it, 0).error, ErrorCode::invalid_txn_state);
  EXPECT_EQ(add(producer, {t0}, 0), ErrorCode::concurrent_transactions);
  EXPECT_EQ(init().error, ErrorCode::concurrent_transactions);
  write_markers();
  EXPECT_EQ(state(), State::complete_commit);
  EXPECT_EQ(end(producer, commit, 0).error, ErrorCode::none);
  EXPECT_EQ(end(producer, abort_it, 0).error, ErrorCode::invalid_txn_state);
  EXPECT_EQ(add(producer, {t0}, 0), ErrorCode::none);
  EXPECT_EQ(state(), State::ongoing);
}

TEST_F(TransactionScript, ATransactionOfVersion1IsAborted) {
  const Producer producer = init().producer;
  add(producer, {t0}, 0);
  EXPECT_EQ(end(producer, abort_it, 0).error, ErrorCode::none);
  EXPECT_EQ(state(), State::prepare_abort);
  EXPECT_EQ(end(producer, abort_it, 0).error, ErrorCode::concurrent_transactions);
  EXPECT_EQ(end(producer, commit, 0).error, ErrorCode::invalid_txn_state);
  write_markers();
  EXPECT_EQ(state(), State::complete_abort);
  EXPECT_EQ(end(producer, abort_it, 0).error, ErrorCode::none);
  EXPECT_EQ(end(producer, commit, 0).error, ErrorCode::invalid_txn_state);
}

TEST_F(TransactionScript, AnEmptyTransactionOfVersion1CannotEnd) {
  const Producer producer = init().producer;
  EXPECT_EQ(end(producer, commit, 0).error, ErrorCode::invalid_txn_state);
  EXPECT_EQ(end(producer, abort_it, 0).error, ErrorCode::invalid_txn_state);
}

TEST_F(TransactionScript, StrangersAreToldSo) {
  const Producer producer = init().producer;
  const Producer other{{5}, producer.epoch};
  const Producer later{producer.id, {5}};
  for (const std::int16_t version : {std::int16_t{0}, std::int16_t{2}}) {
    EXPECT_EQ(end(other, commit, version).error, ErrorCode::invalid_producer_id_mapping);
    EXPECT_EQ(end(later, commit, version).error, ErrorCode::producer_fenced);
    EXPECT_EQ(add(other, {t0}, version), ErrorCode::invalid_producer_id_mapping);
    EXPECT_EQ(add(later, {t0}, version), ErrorCode::producer_fenced);
  }
  Actions actions;
  EXPECT_EQ(coordinator_->end({"nobody", producer, commit, 2}, {9}, now_, actions).error,
            ErrorCode::invalid_producer_id_mapping);
  EXPECT_EQ(coordinator_->add_partitions({"nobody", producer, {t0}, 2}, true, now_, actions),
            ErrorCode::invalid_producer_id_mapping);
  EXPECT_TRUE(actions.records.empty());
}

TEST_F(TransactionScript, EachEndOfVersion2BumpsTheEpoch) {
  const Producer first = init().producer;
  add(first, {t0});
  const auto outcome = end(first, commit);
  const Producer second{first.id, {1}};
  EXPECT_EQ(outcome.producer, second);
  EXPECT_EQ(endings_.back().producer, second);
  EXPECT_EQ(endings_.back().transaction_version, 2);
  // The same again is a repetition; the new epoch would be the next transaction's.
  EXPECT_EQ(end(first, commit).error, ErrorCode::concurrent_transactions);
  EXPECT_EQ(end(first, abort_it).error, ErrorCode::invalid_txn_state);
  EXPECT_EQ(end(second, commit).error, ErrorCode::concurrent_transactions);
  EXPECT_EQ(end(second, abort_it).error, ErrorCode::concurrent_transactions);
  EXPECT_EQ(add(first, {t0}), ErrorCode::producer_fenced);
  write_markers();
  EXPECT_EQ(end(first, commit).producer, second);
  EXPECT_EQ(end(first, abort_it).error, ErrorCode::invalid_txn_state);
  EXPECT_EQ(end(second, commit).error, ErrorCode::invalid_txn_state);
  EXPECT_EQ(add(second, {t1}), ErrorCode::none);
  // The delayed end of the first transaction does not touch the second (KIP-890).
  EXPECT_EQ(end(first, commit).error, ErrorCode::producer_fenced);
  EXPECT_EQ(end(first, abort_it).error, ErrorCode::producer_fenced);
  EXPECT_EQ(state(), State::ongoing);
}

TEST_F(TransactionScript, AnEmptyTransactionOfVersion2IsAbortedForItsEpoch) {
  const Producer first = init().producer;
  EXPECT_EQ(end(first, commit).error, ErrorCode::invalid_txn_state);
  EXPECT_EQ(end(first, abort_it).producer, (Producer{first.id, {1}}));
  EXPECT_EQ(state(), State::complete_abort);
  EXPECT_TRUE(endings_.empty());
  EXPECT_EQ(end(first, abort_it).producer, (Producer{first.id, {1}}));  // again
  EXPECT_EQ(end({first.id, {1}}, abort_it).producer, (Producer{first.id, {2}}));
  add({first.id, {2}}, {t0});
  end({first.id, {2}}, commit);
  write_markers();
  EXPECT_EQ(end({first.id, {3}}, abort_it).producer, (Producer{first.id, {4}}));
  EXPECT_EQ(state(), State::complete_abort);
}

TEST_F(TransactionScript, ANewProducerAbortsWhatTheOneBeforeLeftOpen) {
  const Producer old = init().producer;
  add(old, {t0});
  EXPECT_EQ(init().error, ErrorCode::concurrent_transactions);
  EXPECT_EQ(state(), State::prepare_abort);
  EXPECT_EQ(endings_.back().producer, (Producer{old.id, {1}}));
  EXPECT_EQ(end(old, commit, 0).error, ErrorCode::producer_fenced);
  EXPECT_EQ(init().error, ErrorCode::concurrent_transactions);
  write_markers();
  EXPECT_EQ(init().producer, (Producer{old.id, {2}}));
  EXPECT_EQ(end(old, commit).error, ErrorCode::producer_fenced);
}

TEST_F(TransactionScript, WhatIsOpenTooLongIsAbortedAndItsProducerFenced) {
  const Producer producer = init("x", {}, 1000).producer;
  EXPECT_FALSE(coordinator_->wake_up());
  add(producer, {t0});
  EXPECT_EQ(coordinator_->wake_up(), now_.steady + 1s);
  wait(500ms);
  add(producer, {t1});  // which does not make it younger
  wait(499ms);
  EXPECT_EQ(state(), State::ongoing);
  wait(1ms);
  EXPECT_EQ(state(), State::prepare_abort);
  EXPECT_FALSE(coordinator_->wake_up());
  EXPECT_EQ(end(producer, commit, 0).error, ErrorCode::producer_fenced);
  EXPECT_EQ(end(producer, commit, 2).error, ErrorCode::invalid_txn_state);
  write_markers();
  EXPECT_EQ(add(producer, {t0}), ErrorCode::producer_fenced);
}

TEST_F(TransactionScript, ATransactionThatEndedInTimeIsLeftAlone) {
  const Producer producer = init("x", {}, 1000).producer;
  add(producer, {t0});
  const Producer next = end(producer, commit).producer;
  write_markers();
  wait(900ms);
  add(next, {t0});
  wait(200ms);
  EXPECT_EQ(state(), State::ongoing);
}

TEST_F(TransactionScript, ExhaustedEpochsGiveAnotherProducerId) {
  const Producer old = exhausted();
  EXPECT_EQ(init().producer, (Producer{{1001}, {0}}));
  // The answer was lost on a producer that bumps its epoch.
  EXPECT_EQ(init("x", old).error, ErrorCode::producer_fenced);
}

TEST_F(TransactionScript, AProducerThatBumpsItsLastEpochHasAnotherIdAndMayAskAgain) {
  const Producer old = exhausted();
  const Producer next = init("x", old).producer;
  EXPECT_EQ(next, (Producer{{1001}, {0}}));
  EXPECT_EQ(init("x", old).producer, next);
}

TEST_F(TransactionScript, TheLastEpochOfVersion2EndsWithAnotherProducerId) {
  const Producer old = exhausted();
  add(old, {t0});
  const Producer next = end(old, commit).producer;
  EXPECT_EQ(next, (Producer{{1001}, {0}}));
  EXPECT_EQ(endings_.back().producer, (Producer{old.id, {last_epoch + 1}}));
  EXPECT_EQ(end(old, commit).error, ErrorCode::concurrent_transactions);
  // Whoever goes on at once has to wait, and is not taken for a stranger.
  EXPECT_EQ(add(next, {t0}), ErrorCode::concurrent_transactions);
  EXPECT_EQ(end(next, commit).error, ErrorCode::concurrent_transactions);
  EXPECT_EQ(init("x", next).error, ErrorCode::concurrent_transactions);
  restart();
  write_markers();
  EXPECT_EQ(end(old, commit).producer, next);
  EXPECT_EQ(add(old, {t0}), ErrorCode::invalid_producer_id_mapping);
  EXPECT_EQ(add(next, {t0}), ErrorCode::none);
  EXPECT_EQ(end(old, commit).error, ErrorCode::invalid_producer_id_mapping);
}

TEST_F(TransactionScript, TheLastEpochIsFencedWithOneMore) {
  const Producer old = exhausted();
  add(old, {t0}, 0);
  EXPECT_EQ(init().error, ErrorCode::concurrent_transactions);
  EXPECT_EQ(endings_.back().producer, (Producer{old.id, {last_epoch + 1}}));
  write_markers();
  EXPECT_EQ(init().producer, (Producer{{1001}, {1}}));
}

TEST_F(TransactionScript, PartitionsAreVerified) {
  const Producer producer = init().producer;
  EXPECT_EQ(coordinator_->verify("x", producer, t0), ErrorCode::transaction_abortable);
  add(producer, {t0});
  EXPECT_EQ(coordinator_->verify("x", producer, t0), ErrorCode::none);
  EXPECT_EQ(coordinator_->verify("x", producer, t1), ErrorCode::transaction_abortable);
  EXPECT_EQ(coordinator_->verify("x", {{3}, {0}}, t0), ErrorCode::invalid_producer_id_mapping);
  EXPECT_EQ(coordinator_->verify("x", {producer.id, {9}}, t0), ErrorCode::producer_fenced);
  EXPECT_EQ(coordinator_->verify("y", producer, t0), ErrorCode::invalid_producer_id_mapping);
  end(producer, commit, 0);
  EXPECT_EQ(coordinator_->verify("x", producer, t0), ErrorCode::concurrent_transactions);
  write_markers();
  EXPECT_EQ(coordinator_->verify("x", producer, t0), ErrorCode::transaction_abortable);
}

TEST_F(TransactionScript, MarkersOfAnotherEndingCountForNothing) {
  const Producer first = init().producer;
  add(first, {t0});
  const Producer second = end(first, commit).producer;
  const Ending old = endings_.back();
  write_markers();
  add(second, {t0, t1});
  write_marker(old, t0);
  end(second, commit);
  write_marker(old, t0);
  write_marker(old, t1);
  EXPECT_EQ(state(), State::prepare_commit);
  write_marker(endings_.back(), t0);
  EXPECT_EQ(state(), State::prepare_commit);
  write_marker(endings_.back(), t0);
  write_marker(endings_.back(), t1);
  EXPECT_EQ(state(), State::complete_commit);
}

TEST_F(TransactionScript, IdsThatNobodyUsesAreForgotten) {
  init("idle");
  const Producer producer = init("x").producer;
  add(producer, {t0});
  const auto clean_up = [&] {
    step([&](Actions& actions) {
      coordinator_->clean_up(now_.time, actions);
      return 0;
    });
  };
  now_.time = now_.time + (config_.id_expiration.count() - 1);
  clean_up();
  EXPECT_NE(coordinator_->find("idle"), nullptr);
  now_.time = now_.time + 1;
  clean_up();
  EXPECT_EQ(coordinator_->find("idle"), nullptr);
  EXPECT_NE(coordinator_->find("x"), nullptr);  // has an open transaction
}

TEST_F(TransactionScript, TimeGoesOnWhileNobodyWasThere) {
  add(init("x", {}, 1000).producer, {t0});
  now_.time = now_.time + 400;
  restart();
  EXPECT_EQ(coordinator_->wake_up(), now_.steady + 600ms);
  now_.time = now_.time + 5000;
  restart();
  EXPECT_EQ(coordinator_->wake_up(), now_.steady);
  wait(0ms);
  EXPECT_EQ(state(), State::prepare_abort);
}

// Anything in any order, with crashes in between: step() checks that the coordinator is consistent
// and that the log says what it says.
TEST_F(TransactionScript, RandomHistories) {
  for (unsigned seed = 0; seed < 200; ++seed) {
    std::mt19937 random(seed);
    coordinator_.emplace(config_);
    log_.clear();
    endings_.clear();
    Producer producer = init().producer;
    for (int i = 0; i < 60; ++i) {
      const auto version = static_cast<std::int16_t>(random() % 3);
      const auto result = random() % 2 == 0 ? commit : abort_it;
      const auto epoch =
          static_cast<std::int16_t>(producer.epoch.value + static_cast<int>(random() % 3) - 1);
      switch (random() % 9) {
        case 0: {
          const auto outcome =
              init("x", random() % 2 == 0 ? std::optional(producer) : std::nullopt);
          if (outcome.error == ErrorCode::none) producer = outcome.producer;
          break;
        }
        case 1:
          add({producer.id, {epoch}}, {t0}, version);
          break;
        case 2:
        case 3:
          add(producer, {random() % 2 == 0 ? t0 : t1}, version);
          break;
        case 4:
          end({producer.id, {epoch}}, result, version);
          break;
        case 5: {
          const auto outcome = end(producer, result, version);
          if (outcome.error == ErrorCode::none) producer = outcome.producer;
          break;
        }
        case 6:
          if (!endings_.empty()) write_markers();
          break;
        case 7:
          wait(std::chrono::milliseconds(random() % 40000));
          break;
        default:
          restart();
      }
    }
  }
}

}  // namespace
}  // namespace odradek::txn
