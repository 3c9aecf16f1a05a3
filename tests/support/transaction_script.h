// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "txn/coordinator.h"

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace odradek::test {

using txn::Actions;
using txn::Coordinator;
using txn::Ending;
using txn::Producer;
using txn::State;
using txn::TopicPartition;
using txn::Transaction;
using wire::ErrorCode;
using wire::TransactionResult;
inline constexpr auto commit = TransactionResult::commit;
inline constexpr auto abort_it = TransactionResult::abort;

inline const TopicPartition t0{"t", {0}};
inline const TopicPartition t1{"t", {1}};

// A coordinator, a log of all it asked to be appended, and the markers that it wants written. After
// every step it is consistent, and what a replay of the log gives is what there is.
class TransactionScript : public testing::Test {
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
      return coordinator_->add_partitions({"x", producer, std::move(partitions), version},
                                          may_begin_, now_, actions);
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
    for (const txn::Record& record : log_) {
      ASSERT_TRUE(coordinator_->replay(record.key, view(record)));
    }
    step([&](Actions& actions) {
      coordinator_->finish_replay(now_, actions);
      return 0;
    });
  }

  void check_replay() const {
    Coordinator replayed(config_);
    for (const txn::Record& record : log_) replayed.replay(record.key, view(record));
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
  static std::optional<Bytes> view(const txn::Record& record) {
    return record.value ? std::optional<Bytes>(*record.value) : std::nullopt;
  }
  ProducerId fresh(const std::string& id) {
    return coordinator_->needs_producer_id(id) ? ProducerId{next_id_++} : none_of<ProducerId>;
  }
  // A producer of "x" that is one transaction before its last epoch.
  Producer exhausted() {
    init();
    Transaction old = *coordinator_->find("x");
    old.epoch = {txn::last_epoch};
    log_.push_back(old.record());
    restart();
    return {old.producer, old.epoch};
  }

  txn::TransactionConfig config_;
  std::optional<Coordinator> coordinator_{config_};
  Now now_{TimePoint{} + std::chrono::hours(1), Timestamp{1'000'000}};
  std::vector<txn::Record> log_;
  std::vector<Ending> endings_;
  std::int64_t next_id_ = 1000;
  bool may_begin_ = true;
};

}  // namespace odradek::test
