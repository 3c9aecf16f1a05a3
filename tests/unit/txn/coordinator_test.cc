// SPDX-License-Identifier: Apache-2.0
#include "txn/coordinator.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <random>
#include <utility>

namespace odradek::txn {
namespace {

using namespace std::chrono_literals;
using wire::ErrorCode;
using wire::TransactionResult;
constexpr auto commit = TransactionResult::commit;
constexpr auto abort_it = TransactionResult::abort;

const TopicPartition t0{"t", {0}};
const TopicPartition t1{"t", {1}};

// A coordinator, a log of all it asked to be appended, and the markers that it wants written. After
// every step it is consistent, and what a replay of the log gives is what there is.
class Script : public testing::Test {
 protected:
  template <class Decide>
  auto step(Decide decide) {
    Actions actions;
    const auto outcome = decide(actions);
    coordinator_->check();
    log_.insert(log_.end(), actions.records.begin(), actions.records.end());
    endings_.insert(endings_.end(), actions.endings.begin(), actions.endings.end());
    check_replay();
    return outcome;
  }
  Coordinator::Outcome init(const std::string& id = "x", std::optional<Producer> expected = {},
                            std::int32_t timeout_ms = 60000) {
    return step([&](Actions& actions) {
      return coordinator_->init({id, timeout_ms, expected}, fresh(id), now_, actions);
    });
  }
  ErrorCode add(const Producer& producer, std::vector<TopicPartition> partitions,
                std::int16_t version = 2) {
    return step([&](Actions& actions) {
      return coordinator_->add_partitions("x", producer, partitions, version, now_, actions);
    });
  }
  Coordinator::Outcome end(const Producer& producer, TransactionResult result,
                           std::int16_t version = 2) {
    return step([&](Actions& actions) {
      return coordinator_->end({"x", producer, result, version}, fresh("x"), now_, actions);
    });
  }
  // The markers of the last ending are written, in every partition.
  void write_markers() {
    ASSERT_FALSE(endings_.empty());
    const Ending ending = std::exchange(endings_, {}).back();
    for (const auto& partition : ending.partitions) write_marker(ending, partition);
  }
  void write_marker(const Ending& ending, const TopicPartition& partition) {
    step([&](Actions& actions) {
      coordinator_->marker_written(ending.id, ending.producer, partition, now_, actions);
      return 0;
    });
  }
  void wait(std::chrono::milliseconds time) {
    now_.steady += time;
    now_.time = now_.time + time.count();
    step([&](Actions& actions) {
      for (const auto& id : coordinator_->take_expired(now_)) {
        coordinator_->abort_expired(id, fresh(id), now_, actions);
      }
      return 0;
    });
  }
  State state() const { return coordinator_->find("x")->state; }

  // As after a crash: all that is left is the log.
  void restart() {
    coordinator_.emplace(config_);
    endings_.clear();
    for (const Record& record : log_) {
      ASSERT_TRUE(coordinator_->replay(record.key, view(record)));
    }
    step([&](Actions& actions) {
      coordinator_->finish_replay(now_, actions);
      return 0;
    });
  }

  void check_replay() const {
    Coordinator replayed(config_);
    for (const Record& record : log_) replayed.replay(record.key, view(record));
    std::vector<Buffer> expected;
    std::vector<Buffer> got;
    // Markers that are written are not recorded one by one: they are written again.
    const auto show = [](std::vector<Buffer>& all) {
      return [&all](const Transaction& each) {
        Transaction shown = each;
        if (shown.is_ending()) shown.partitions.clear();
        all.push_back(*shown.record().value);
      };
    };
    coordinator_->for_each(show(expected));
    replayed.for_each(show(got));
    EXPECT_EQ(expected, got);
  }
  static std::optional<Bytes> view(const Record& record) {
    return record.value ? std::optional<Bytes>(*record.value) : std::nullopt;
  }
  ProducerId fresh(const std::string& id) {
    return coordinator_->needs_producer_id(id) ? ProducerId{next_id_++} : none_of<ProducerId>;
  }
  // A producer of "x" that is one transaction before its last epoch.
  Producer exhausted() {
    init();
    Transaction old = *coordinator_->find("x");
    old.epoch = {last_epoch};
    log_.push_back(old.record());
    restart();
    return {old.producer, old.epoch};
  }

  TransactionConfig config_;
  std::optional<Coordinator> coordinator_{config_};
  Now now_{TimePoint{} + 1h, Timestamp{1'000'000}};
  std::vector<Record> log_;
  std::vector<Ending> endings_;
  std::int64_t next_id_ = 1000;
};

TEST_F(Script, AProducerIsNewOnceAndThenFencesTheOneBefore) {
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

TEST_F(Script, AProducerMayBumpItsOwnEpoch) {
  const Producer first = init().producer;
  const Producer second = init("x", first).producer;
  EXPECT_EQ(second, (Producer{first.id, {1}}));
  // The answer was lost: it is given again.
  EXPECT_EQ(init("x", first).producer, second);
  EXPECT_EQ(init("x", Producer{first.id, {7}}).error, ErrorCode::producer_fenced);
  EXPECT_EQ(init("x", Producer{{77}, {1}}).error, ErrorCode::producer_fenced);
}

TEST_F(Script, ATransactionOfVersion1IsCommitted) {
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

TEST_F(Script, ATransactionOfVersion1IsAborted) {
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

TEST_F(Script, AnEmptyTransactionOfVersion1CannotEnd) {
  const Producer producer = init().producer;
  EXPECT_EQ(end(producer, commit, 0).error, ErrorCode::invalid_txn_state);
  EXPECT_EQ(end(producer, abort_it, 0).error, ErrorCode::invalid_txn_state);
}

TEST_F(Script, StrangersAreToldSo) {
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
  EXPECT_EQ(coordinator_->add_partitions("nobody", producer, {t0}, 2, now_, actions),
            ErrorCode::invalid_producer_id_mapping);
  EXPECT_TRUE(actions.records.empty());
}

TEST_F(Script, EachEndOfVersion2BumpsTheEpoch) {
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
  EXPECT_EQ(end(second, commit).error, ErrorCode::producer_fenced);
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

TEST_F(Script, AnEmptyTransactionOfVersion2IsAbortedForItsEpoch) {
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

TEST_F(Script, ANewProducerAbortsWhatTheOneBeforeLeftOpen) {
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

TEST_F(Script, WhatIsOpenTooLongIsAbortedAndItsProducerFenced) {
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

TEST_F(Script, ATransactionThatEndedInTimeIsLeftAlone) {
  const Producer producer = init("x", {}, 1000).producer;
  add(producer, {t0});
  const Producer next = end(producer, commit).producer;
  write_markers();
  wait(900ms);
  add(next, {t0});
  wait(200ms);
  EXPECT_EQ(state(), State::ongoing);
}

TEST_F(Script, ExhaustedEpochsGiveAnotherProducerId) {
  const Producer old = exhausted();
  EXPECT_EQ(init().producer, (Producer{{1001}, {0}}));
  // The answer was lost on a producer that bumps its epoch.
  EXPECT_EQ(init("x", old).error, ErrorCode::producer_fenced);
}

TEST_F(Script, AProducerThatBumpsItsLastEpochHasAnotherIdAndMayAskAgain) {
  const Producer old = exhausted();
  const Producer next = init("x", old).producer;
  EXPECT_EQ(next, (Producer{{1001}, {0}}));
  EXPECT_EQ(init("x", old).producer, next);
}

TEST_F(Script, TheLastEpochOfVersion2EndsWithAnotherProducerId) {
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

TEST_F(Script, TheLastEpochIsFencedWithOneMore) {
  const Producer old = exhausted();
  add(old, {t0}, 0);
  EXPECT_EQ(init().error, ErrorCode::concurrent_transactions);
  EXPECT_EQ(endings_.back().producer, (Producer{old.id, {last_epoch + 1}}));
  write_markers();
  EXPECT_EQ(init().producer, (Producer{{1001}, {1}}));
}

TEST_F(Script, PartitionsAreVerified) {
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

TEST_F(Script, MarkersOfAnotherEndingCountForNothing) {
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

TEST_F(Script, IdsThatNobodyUsesAreForgotten) {
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

// A crash behind every record of a life: the outcome is the one that was decided, in every
// partition, or nothing was decided and the producer may go on.
TEST_F(Script, ACrashBehindAnyRecordKeepsTheDecision) {
  const Producer first = init().producer;
  add(first, {t0, t1});
  const Producer second = end(first, commit).producer;
  write_markers();
  add(second, {t1});
  end(second, abort_it);
  write_markers();
  const std::vector<Record> whole = log_;
  for (std::size_t kept = 1; kept <= whole.size(); ++kept) {
    log_.assign(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(kept));
    restart();
    const State found = state();
    const bool must_end = found == State::prepare_commit || found == State::prepare_abort;
    ASSERT_EQ(endings_.size(), must_end ? 1U : 0U) << kept;
    if (!must_end) continue;
    EXPECT_EQ(endings_[0].result, found == State::prepare_commit ? commit : abort_it);
    EXPECT_EQ(endings_[0].partitions.size(), found == State::prepare_commit ? 2U : 1U);
    write_markers();
    EXPECT_EQ(state(),
              found == State::prepare_commit ? State::complete_commit : State::complete_abort);
  }
}

TEST_F(Script, TimeGoesOnWhileNobodyWasThere) {
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
TEST_F(Script, RandomHistories) {
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

TEST(TransactionRecords, AreReadBackAsTheyWereWritten) {
  Transaction one;
  one.id = "x";
  one.producer = {7};
  one.previous_producer = {6};
  one.next_producer = {8};
  one.epoch = {3};
  one.timeout_ms = 60000;
  one.state = State::prepare_commit;
  one.partitions = {{"a", {0}}, {"a", {5}}, {"b", {1}}};
  one.started = {100};
  one.updated = {200};
  one.client_version = 2;
  const Record record = one.record();
  const auto decoded = decode_record(record.key, *record.value);
  ASSERT_TRUE(decoded);
  const auto& read = std::get<TransactionRecord>(*decoded);
  const Transaction again = Transaction::from(read.key.transactional_id, *read.value);
  EXPECT_EQ(again.record().value, record.value);
  EXPECT_EQ(again.partitions, one.partitions);
  EXPECT_EQ(again.next_producer, one.next_producer);
}

// The example of docs/format-transaction-state.md.
TEST(TransactionRecords, AreWrittenInKafkasFormat) {
  Transaction one;
  one.id = "pay";
  one.producer = one.previous_producer = {7};
  one.epoch = {3};
  one.timeout_ms = 60000;
  one.state = State::prepare_commit;
  one.partitions = {{"orders", {0}}, {"orders", {5}}};
  one.started = {100};
  one.updated = {200};
  one.client_version = 2;
  const Record record = one.record();
  EXPECT_EQ(as_text(record.key), std::string_view("\0\0\0\3pay", 7));
  constexpr std::string_view expected(
      "\0\1\0\0\0\0\0\0\0\7\0\3\0\0\xea\x60\2"
      "\2\7orders\3\0\0\0\0\0\0\0\5\0"
      "\0\0\0\0\0\0\0\xc8\0\0\0\0\0\0\0\x64"
      "\2\0\x8\0\0\0\0\0\0\0\7\2\2\0\2",
      66);
  EXPECT_EQ(as_text(*record.value), expected);
}

TEST(TransactionRecords, EveryTruncationIsFound) {
  Transaction one;
  one.id = "x";
  one.state = State::ongoing;
  one.partitions = {t0};
  const Record record = one.record();
  for (std::size_t size = 0; size < record.value->size(); ++size) {
    EXPECT_FALSE(decode_record(record.key, Bytes(*record.value).first(size))) << size;
  }
  for (std::size_t size = 0; size < record.key.size(); ++size) {
    EXPECT_FALSE(decode_record(Bytes(record.key).first(size), *record.value)) << size;
  }
}

}  // namespace
}  // namespace odradek::txn
