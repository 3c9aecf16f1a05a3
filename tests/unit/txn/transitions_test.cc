// SPDX-License-Identifier: Apache-2.0
#include "support/transaction_script.h"
#include "txn/coordinator.h"

#include <array>
#include <functional>
#include <ostream>
#include <string_view>

namespace odradek::txn {
namespace {

using namespace test;

constexpr auto ok = ErrorCode::none;
constexpr auto busy = ErrorCode::concurrent_transactions;
constexpr auto fenced = ErrorCode::producer_fenced;
constexpr auto unknown = ErrorCode::invalid_producer_id_mapping;
constexpr auto invalid = ErrorCode::invalid_txn_state;
constexpr std::optional<State> nothing;
constexpr std::optional e = State::empty;
constexpr std::optional o = State::ongoing;
constexpr std::optional pc = State::prepare_commit;
constexpr std::optional pa = State::prepare_abort;
constexpr std::optional cc = State::complete_commit;
constexpr std::optional ca = State::complete_abort;
constexpr std::array states{nothing, e, o, pc, pa, cc, ca};

// What somebody is told, and in which state that leaves the transactional id.
struct Step {
  ErrorCode told;
  std::optional<State> then;
  friend bool operator==(const Step&, const Step&) = default;
};
void PrintTo(const Step& step, std::ostream* out) {
  *out << static_cast<int>(step.told) << ", " << (step.then ? name_of(*step.then) : "nothing");
}

// Whatever happens to an id, in every state that it may be in.
class Transitions : public TransactionScript {
 protected:
  using Operation = std::function<ErrorCode()>;
  using Row = std::array<Step, states.size()>;  // as `states`

  // Brings "x" there, with transactions of this version.
  void reach(std::optional<State> wanted, std::int16_t version) {
    coordinator_.emplace(config_);
    log_.clear();
    endings_.clear();
    producer_ = {{7}, {3}};
    if (!wanted) return;
    init();
    producer_ = init().producer;  // the second one has had another before
    if (wanted == e) return;
    add(producer_, {t0, t1}, version);
    if (wanted == o) return;
    const bool commits = wanted == pc || wanted == cc;
    producer_ = end(producer_, commits ? commit : abort_it, version).producer;
    if (wanted == cc || wanted == ca) write_markers();
    ASSERT_EQ(coordinator_->find("x")->state, *wanted);
  }
  // Nothing changes.
  static Row refused_with(ErrorCode told) {
    Row row;
    for (std::size_t i = 0; i < row.size(); ++i) row[i] = {told, states[i]};
    row[0].told = unknown;
    return row;
  }
  void expect(std::string_view name, std::int16_t version, const Operation& operation,
              const Row& row) {
    for (std::size_t i = 0; i < states.size(); ++i) {
      reach(states[i], version);
      const std::size_t written = log_.size();
      const ErrorCode told = operation();
      const Transaction* const found = coordinator_->find("x");
      const Step step{told, found ? std::optional(found->state) : nothing};
      EXPECT_EQ(step, row[i]) << name << " in " << (states[i] ? name_of(*states[i]) : "nothing");
      crash_behind_each_record(written);
    }
  }
  // What was decided last is carried to its end, and what is not decided is as it was.
  void crash_behind_each_record(std::size_t written) {
    const std::vector<Record> whole = log_;
    for (std::size_t kept = written; kept <= whole.size(); ++kept) {
      log_.assign(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(kept));
      Coordinator before(config_);
      for (const Record& record : log_) ASSERT_TRUE(before.replay(record.key, view(record)));
      restart();
      const Transaction* const was = before.find("x");
      if (!was || !was->is_ending()) continue;
      if (!endings_.empty()) write_markers();
      EXPECT_TRUE(coordinator_->find("x")->has_ended());
      EXPECT_EQ(coordinator_->find("x")->result(), was->result());
    }
  }

  Producer before() const {
    return {producer_.id, {static_cast<std::int16_t>(producer_.epoch.value - 1)}};
  }
  Producer stranger() const { return {{77}, producer_.epoch}; }

  Producer producer_;  // as its client knows it
};

TEST_F(Transitions, Init) {
  for (const std::int16_t version : {std::int16_t{0}, first_with_epoch_bumps}) {
    const Row served{{{ok, e}, {ok, e}, {busy, pa}, {busy, pc}, {busy, pa}, {ok, e}, {ok, e}}};
    expect(
        "by anybody", version, [&] { return init().error; }, served);
    expect(
        "by itself", version, [&] { return init("x", producer_).error; }, served);
    Row only_as_the_first = refused_with(fenced);
    only_as_the_first[0] = {ok, e};
    expect(
        "by a stranger", version, [&] { return init("x", stranger()).error; }, only_as_the_first);
  }
}

TEST_F(Transitions, AddPartitions) {
  for (const std::int16_t version : {std::int16_t{0}, first_with_epoch_bumps}) {
    const auto add_one = [this, version](const Producer& producer) {
      return add(producer, {{"other", {5}}}, version);
    };
    expect("by itself", version, [&] { return add_one(producer_); },
           {{{unknown, nothing}, {ok, o}, {ok, o}, {busy, pc}, {busy, pa}, {ok, o}, {ok, o}}});
    expect(
        "by the one before", version, [&] { return add_one(before()); }, refused_with(fenced));
    expect(
        "by a stranger", version, [&] { return add_one(stranger()); }, refused_with(unknown));
    const auto add_one_more = [&] {
      may_begin_ = false;
      const ErrorCode told = add_one(producer_);
      may_begin_ = true;
      return told;
    };
    expect(
        "where too many are open", version, add_one_more,
        {{{unknown, nothing}, {busy, e}, {ok, o}, {busy, pc}, {busy, pa}, {busy, cc}, {busy, ca}}});
  }
}

TEST_F(Transitions, EndOfVersion1) {
  constexpr std::int16_t version = 0;
  expect("commit", version, [&] { return end(producer_, commit, version).error; },
         {{{unknown, nothing},
           {invalid, e},
           {ok, pc},
           {busy, pc},
           {invalid, pa},
           {ok, cc},
           {invalid, ca}}});
  expect("abort", version, [&] { return end(producer_, abort_it, version).error; },
         {{{unknown, nothing},
           {invalid, e},
           {ok, pa},
           {invalid, pc},
           {busy, pa},
           {invalid, cc},
           {ok, ca}}});
  for (const TransactionResult result : {commit, abort_it}) {
    expect(
        "by the one before", version, [&] { return end(before(), result, version).error; },
        refused_with(fenced));
  }
}

TEST_F(Transitions, EndOfVersion2) {
  constexpr std::int16_t version = first_with_epoch_bumps;
  expect("commit", version, [&] { return end(producer_, commit, version).error; },
         {{{unknown, nothing},
           {invalid, e},
           {ok, pc},
           {busy, pc},
           {busy, pa},
           {invalid, cc},
           {invalid, ca}}});
  expect("abort", version, [&] { return end(producer_, abort_it, version).error; },
         {{{unknown, nothing}, {ok, ca}, {ok, pa}, {busy, pc}, {busy, pa}, {ok, ca}, {ok, ca}}});
  // The epoch before is that of the transaction that ends: its client did not get the answer.
  expect("commit again", version, [&] { return end(before(), commit, version).error; },
         {{{unknown, nothing},
           {fenced, e},
           {fenced, o},
           {busy, pc},
           {invalid, pa},
           {ok, cc},
           {invalid, ca}}});
  expect("abort again", version, [&] { return end(before(), abort_it, version).error; },
         {{{unknown, nothing},
           {fenced, e},
           {fenced, o},
           {invalid, pc},
           {busy, pa},
           {invalid, cc},
           {ok, ca}}});
}

TEST_F(Transitions, Time) {
  for (const std::int16_t version : {std::int16_t{0}, first_with_epoch_bumps}) {
    const auto time_out = [this] {
      wait(std::chrono::minutes(2));
      return ok;
    };
    expect("the time-out", version, time_out,
           {{{ok, nothing}, {ok, e}, {ok, pa}, {ok, pc}, {ok, pa}, {ok, cc}, {ok, ca}}});
    const auto expire = [this] {
      now_.time = now_.time + config_.id_expiration.count();
      return step([&](Actions& actions) {
        coordinator_->clean_up(now_.time, actions);
        return ok;
      });
    };
    expect("the expiration of the id", version, expire,
           {{{ok, nothing},
             {ok, nothing},
             {ok, o},
             {ok, pc},
             {ok, pa},
             {ok, nothing},
             {ok, nothing}}});
  }
}

TEST_F(Transitions, Markers) {
  for (const std::int16_t version : {std::int16_t{0}, first_with_epoch_bumps}) {
    const auto first_marker = [this] {
      if (!endings_.empty()) write_marker(endings_.back(), t0);
      return ok;
    };
    expect("the first", version, first_marker,
           {{{ok, nothing}, {ok, e}, {ok, o}, {ok, pc}, {ok, pa}, {ok, cc}, {ok, ca}}});
    const auto markers = [this] {
      if (!endings_.empty()) write_markers();
      return ok;
    };
    expect("the last", version, markers,
           {{{ok, nothing}, {ok, e}, {ok, o}, {ok, cc}, {ok, ca}, {ok, cc}, {ok, ca}}});
  }
}

}  // namespace
}  // namespace odradek::txn
