// SPDX-License-Identifier: Apache-2.0
#include "support/transaction_script.h"
#include "txn/coordinator.h"

#include <functional>
#include <map>
#include <set>

namespace odradek::txn {
namespace {

using namespace test;

struct Crash {};

// Producers, a coordinator and partitions, of which all that is durable passes through write():
// there it may end at once, and begin again with what was written.
class World {
 public:
  explicit World(int writes_before_crash) : writes_left_(writes_before_crash) { load(); }

  // A client's: `number` names its transaction, and each partition has a record of it.
  struct Life {
    std::int16_t version = 0;
    Producer producer;
  };
  Producer init() {
    Coordinator::Outcome outcome;
    for (int attempt = 0; attempt < 2; ++attempt) {  // the first one may end what is open
      Actions actions;
      outcome = coordinator_->init({"x", 60000, {}}, fresh(), now_, actions);
      carry_out(actions);
      if (outcome.error == ErrorCode::none) break;
      EXPECT_EQ(outcome.error, ErrorCode::concurrent_transactions);
    }
    EXPECT_EQ(outcome.error, ErrorCode::none);
    return outcome.producer;
  }
  void produce(const Life& life, int number, const std::vector<TopicPartition>& partitions) {
    Actions actions;
    ASSERT_EQ(ErrorCode::none,
              coordinator_->add_partitions({"x", life.producer, partitions, life.version}, true,
                                           now_, actions));
    carry_out(actions);
    for (const TopicPartition& partition : partitions) {
      write([&] { partitions_[partition].open.insert(number); });
    }
  }
  void end(Life& life, int number, TransactionResult result) {
    Actions actions;
    const auto outcome =
        coordinator_->end({"x", life.producer, result, life.version}, fresh(), now_, actions);
    ASSERT_EQ(outcome.error, ErrorCode::none);
    write_records(actions);
    decided_.emplace(number, result);
    life.producer = outcome.producer;
    write_markers(actions);
  }
  void time_out() {
    now_.steady += std::chrono::minutes(2);
    now_.time = now_.time + 120'000;
    Actions actions;
    for (const auto& id : coordinator_->take_expired(now_)) {
      coordinator_->abort_expired(id, fresh(), now_, actions);
    }
    carry_out(actions);
  }
  // The next producer has another id.
  void exhaust(Life& life) {
    Transaction old = *coordinator_->find("x");
    old.epoch = {last_epoch};
    write([&] { log_.push_back(old.record()); });
    load();
    life.producer = {old.producer, old.epoch};
  }

  void restart() {
    writes_left_ = never_crashes;
    const Actions actions = load();
    note_decisions(actions);
    carry_out(actions);
  }
  // Nothing is open, and each transaction ended in every partition as it was decided.
  void check() const {
    std::map<int, TransactionResult> ended = decided_;
    for (const auto& [partition, state] : partitions_) {
      EXPECT_TRUE(state.open.empty());
      for (const auto& [number, result] : state.ended) {
        EXPECT_EQ(ended.emplace(number, result).first->second, result) << number;
      }
    }
  }

 private:
  struct Partition {
    std::set<int> open;
    std::map<int, TransactionResult> ended;
  };
  static constexpr int never_crashes = 1 << 30;

  void write(const std::function<void()>& what) {
    if (--writes_left_ <= 0) throw Crash();
    what();
  }
  void carry_out(const Actions& actions) {
    write_records(actions);
    write_markers(actions);
  }
  void write_records(const Actions& actions) {
    for (const Record& record : actions.records) write([&] { log_.push_back(record); });
  }
  void write_markers(const Actions& actions) {
    for (const Ending& ending : actions.endings) {
      for (const TopicPartition& partition : ending.partitions) write_marker(ending, partition);
    }
  }
  void write_marker(const Ending& ending, const TopicPartition& partition) {
    write([&] {
      Partition& there = partitions_[partition];
      for (const int number : there.open) there.ended.emplace(number, ending.result);
      there.open.clear();
    });
    Actions actions;
    coordinator_->marker_written(ending.id, ending.producer, partition, now_, actions);
    carry_out(actions);
  }
  Actions load() {
    coordinator_.emplace(config_);
    for (const Record& record : log_) {
      EXPECT_TRUE(coordinator_->replay(
          record.key, record.value ? std::optional<Bytes>(*record.value) : std::nullopt));
    }
    Actions actions;
    coordinator_->finish_replay(now_, actions);
    coordinator_->check();
    return actions;
  }
  // What the log says is so from now on, whether or not a client was told.
  void note_decisions(const Actions& actions) {
    for (const Ending& ending : actions.endings) {
      for (const TopicPartition& partition : ending.partitions) {
        for (const int number : partitions_[partition].open) {
          EXPECT_EQ(decided_.emplace(number, ending.result).first->second, ending.result);
        }
      }
    }
  }
  ProducerId fresh() {
    return coordinator_->needs_producer_id("x") ? ProducerId{next_id_++} : none_of<ProducerId>;
  }

  TransactionConfig config_;
  std::optional<Coordinator> coordinator_;
  Now now_{TimePoint{} + std::chrono::hours(1), Timestamp{1'000'000}};
  std::vector<Record> log_;
  std::map<TopicPartition, Partition> partitions_;
  std::map<int, TransactionResult> decided_;
  std::int64_t next_id_ = 1000;
  int writes_left_;
};

// Every way in which a transaction ends, one behind the other.
void live(World& world, std::int16_t version, int& number) {
  World::Life life{version, world.init()};
  for (const TransactionResult result : {commit, abort_it, commit}) {
    world.produce(life, ++number, {t0, t1});
    world.produce(life, number, {{"other", {0}}});
    world.end(life, number, result);
  }
  world.produce(life, ++number, {t0, t1});
  life.producer = world.init();  // fences
  world.produce(life, ++number, {t1});
  world.time_out();
  life.producer = world.init();
  world.exhaust(life);
  world.produce(life, ++number, {t0, t1});
  world.end(life, number, commit);
  life.producer = world.init();
  world.produce(life, ++number, {t0});
  world.end(life, number, abort_it);
}

TEST(TransactionCrash, BetweenAnyTwoWritesKeepsTheDecision) {
  for (const std::int16_t version : {std::int16_t{0}, first_with_epoch_bumps}) {
    bool crashed = true;
    for (int writes = 1; crashed; ++writes) {
      SCOPED_TRACE(testing::Message() << "version " << version << ", write " << writes);
      World world(writes);
      int number = 0;
      try {
        live(world, version, number);
        crashed = false;
        EXPECT_GT(writes, 50);
      } catch (const Crash&) {
        world.restart();
        live(world, version, number);
      }
      world.check();
      if (testing::Test::HasFailure()) return;
    }
  }
}

}  // namespace
}  // namespace odradek::txn
