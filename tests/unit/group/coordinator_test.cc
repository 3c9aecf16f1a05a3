// SPDX-License-Identifier: Apache-2.0
#include "group/coordinator.h"

#include "support/group_script.h"

#include <random>

namespace odradek::group {
namespace {

using test::ErrorCode;
using namespace std::chrono_literals;

class CoordinatorTest : public test::GroupScript {};

TEST_F(CoordinatorTest, MembersGoOnWithWhoeverTakesOver) {
  const auto ids = a_stable_group(2);
  (void)commit(5, ids[0], 1);
  restart();
  EXPECT_EQ(state(), State::stable);
  EXPECT_EQ(committed(), 5);
  EXPECT_EQ(heartbeat(ids[1], 1), ErrorCode::none);
  EXPECT_EQ(synced(sync(ids[1], 1)).assignment, blob("of " + ids[1]));
  EXPECT_EQ(commit(6, ids[1], 1), ErrorCode::none);
  // Who does not is gone after a session, not before.
  pass(10s - 1ms);
  EXPECT_EQ(group()->members.size(), 2U);
  pass(1ms);
  EXPECT_EQ(state(), State::empty);
}

TEST_F(CoordinatorTest, ARebalanceThatWasUnderWayBeginsAgain) {
  const auto ids = a_stable_group(2);
  (void)join(join_request(ids[0]));
  restart();
  EXPECT_EQ(state(), State::stable) << "as of the generation before";
  const auto again = join(join_request(ids[0]));
  (void)join(join_request(ids[1]));
  EXPECT_EQ(joined(again).generation_id, GenerationId{2});
}

TEST_F(CoordinatorTest, WhoeverWaitsWhenTheGroupsGoElsewhereIsTold) {
  const auto ids = a_stable_group(2);
  const auto joining = join(join_request(ids[0]));
  Actions actions;
  coordinator_->unload(now_, actions);
  ASSERT_EQ(actions.joins.size(), 1U);
  EXPECT_EQ(actions.joins[0].to, joining);
  EXPECT_EQ(actions.joins[0].response.error_code, ErrorCode::not_coordinator);
  EXPECT_EQ(actions.joins[0].response.member_id, ids[0]);
  EXPECT_TRUE(actions.records.empty());
}

TEST_F(CoordinatorTest, SoIsWhoeverWaitsForAnAssignment) {
  const auto ids = a_stable_group(2);
  (void)join(join_request(ids[0]));
  (void)join(join_request(ids[1]));
  const auto syncing = sync(ids[1], 2);
  Actions actions;
  coordinator_->unload(now_, actions);
  ASSERT_EQ(actions.syncs.size(), 1U);
  EXPECT_EQ(actions.syncs[0].to, syncing);
  EXPECT_EQ(actions.syncs[0].response.error_code, ErrorCode::not_coordinator);
}

TEST_F(CoordinatorTest, OnlyEmptyGroupsAreDeleted) {
  const auto remove = [&] {
    ErrorCode error{};
    run([&](Actions& actions) { error = coordinator_->delete_group(std::string(g), actions); });
    return error;
  };
  EXPECT_EQ(remove(), ErrorCode::group_id_not_found);
  const auto ids = a_stable_group(1);
  (void)commit(1, ids[0], 1);
  EXPECT_EQ(remove(), ErrorCode::non_empty_group);
  (void)leave({{ids[0], {}, {}}});
  EXPECT_EQ(remove(), ErrorCode::none);
  EXPECT_EQ(group(), nullptr);
  EXPECT_EQ(committed(), std::nullopt);
  EXPECT_EQ(replayed()->find(g), nullptr);
  EXPECT_EQ(replayed()->find_offset(g, "t", {0}), nullptr);
  // What was once there leaves nothing behind.
  const auto again = join(join_request(), 3);
  pass(3s);
  EXPECT_EQ(joined(again).generation_id, GenerationId{1});
}

TEST_F(CoordinatorTest, WhatADescriptionSays) {
  const auto ids = a_stable_group(2);
  auto described = group()->describe();
  EXPECT_EQ(described.group_state, "Stable");
  EXPECT_EQ(described.protocol_type, "consumer");
  EXPECT_EQ(described.protocol_data, "range");
  ASSERT_EQ(described.members.size(), 2U);
  EXPECT_EQ(described.members[0].client_id, "client");
  EXPECT_EQ(described.members[0].client_host, "/127.0.0.1");
  EXPECT_EQ(described.members[0].member_metadata, subscription({"t"}));
  (void)join(join_request(ids[0]));
  described = group()->describe();
  EXPECT_EQ(described.group_state, "PreparingRebalance");
  EXPECT_EQ(described.protocol_data, "");
  EXPECT_TRUE(described.members[0].member_metadata.empty());
}

TEST_F(CoordinatorTest, TimeRunsFromTheEndOfTheReplay) {
  (void)a_stable_group(2);
  coordinator_ = replayed();
  EXPECT_EQ(coordinator_->wake_up(), std::nullopt);
  pass(1h);  // a long log
  run([&](Actions& actions) { coordinator_->finish_replay(now_, actions); });
  pass(10s - 1ms);
  EXPECT_EQ(group()->members.size(), 2U);
}

TEST_F(CoordinatorTest, AGroupThatIsLargerThanItMayBeNowRebalances) {
  const auto ids = a_stable_group(3);
  config_.max_size = 2;
  restart();
  EXPECT_EQ(heartbeat(ids[0], 1), ErrorCode::rebalance_in_progress);
}

TEST_F(CoordinatorTest, AnOldRecordHasOneTimeOutForAll) {
  GroupMetadataValue value;
  value.protocol_type = "consumer";
  value.protocol = "range";
  value.members.resize(1);
  value.members[0].member_id = "m";
  value.members[0].session_timeout_ms = 7000;
  log_.push_back(record_of(GroupMetadataKey{std::string(g)}, value));
  EXPECT_EQ(replayed()->find(g)->members.find("m")->rebalance_timeout, 7s);
}

TEST_F(CoordinatorTest, AMemberThatARecordNamesTwiceIsThereOnce) {
  GroupMetadataValue value;
  value.protocol_type = "consumer";
  value.protocol = "range";
  value.leader = "nobody";
  value.members.resize(2);
  value.members[0].member_id = value.members[1].member_id = "m";
  log_.push_back(record_of(GroupMetadataKey{std::string(g)}, value));
  EXPECT_EQ(replayed()->find(g)->members.size(), 1U);
}

// Whatever members do, in whatever order: nobody waits for ever, no invariant breaks, and what is
// on record is what is believed.
class HistoryTest : public test::GroupScript, public testing::WithParamInterface<unsigned> {
 protected:
  std::size_t pick(std::size_t below) { return random_() % below; }

  std::string somebody() {
    if (known_.empty() || pick(20) == 0) return "stranger";
    return known_[pick(known_.size())];
  }
  std::int32_t some_generation() {
    const std::int32_t now = group() ? generation() : 0;
    return pick(10) == 0 ? now - 1 : now;
  }
  void some_join() {
    auto request = join_request(pick(3) == 0 ? "" : somebody());
    if (pick(4) == 0) request.group_instance_id = "instance-" + std::to_string(pick(3));
    if (pick(4) == 0) request.protocols.push_back({"sticky", blob("s")});
    if (pick(8) == 0) request.protocols.insert(request.protocols.begin(), {"sticky", blob("s")});
    if (pick(8) == 0) request.protocols[0].metadata = subscription({"t", "u"});
    request.rebalance_timeout_ms = pick(10) == 0 ? static_cast<std::int32_t>(pick(3)) - 1
                                                 : static_cast<std::int32_t>(1000 + pick(20000));
    open_joins_.push_back(join(request, static_cast<wire::Version>(pick(10))));
  }
  void some_sync() {
    const std::string id = somebody();
    std::vector<std::pair<std::string, std::string>> assignments;
    for (const std::string& each : known_) assignments.emplace_back(each, "of " + each);
    open_syncs_.push_back(sync(id, some_generation(), assignments));
  }
  void step() {
    switch (pick(8)) {
      case 0:
      case 1:
        return some_join();
      case 2:
      case 3:
        return some_sync();
      case 4:
        return (void)heartbeat(somebody(), some_generation());
      case 5:
        return (void)commit(static_cast<std::int64_t>(pick(1000)), somebody(), some_generation());
      case 6:
        if (pick(3) == 0) (void)leave({{somebody(), {}, {}}});
        if (pick(6) == 0) (void)leave({{"", "instance-" + std::to_string(pick(3)), {}}});
        if (pick(10) == 0) config_.max_size = 2 + pick(8);
        if (pick(20) == 0)
          run([&](Actions& actions) { coordinator_->clean_up(now_.time, actions); });
        return;
      default:
        return pass(milliseconds(pick(4000)));
    }
  }
  void collect() {
    std::erase_if(open_joins_, [&](Ticket ticket) {
      if (!has_joined(ticket)) return false;
      const auto reply = joined(ticket);
      if (!reply.member_id.empty()) known_.push_back(reply.member_id);
      return true;
    });
    std::erase_if(open_syncs_, [&](Ticket ticket) {
      if (!has_synced(ticket)) return false;
      (void)synced(ticket);
      return true;
    });
    if (known_.size() > 12) known_.erase(known_.begin(), known_.begin() + 6);
  }
  void expect_record_to_be_true() {
    const auto copy = replayed();
    ASSERT_EQ(copy->find(g) != nullptr, group() != nullptr);
    if (!group()) return;
    EXPECT_EQ(copy->offsets_of(g), coordinator_->offsets_of(g));
    if (state() != State::stable && state() != State::empty) return;
    EXPECT_EQ(copy->find(g)->state, state());
    EXPECT_EQ(copy->find(g)->members.leader(), group()->members.leader());
    ASSERT_EQ(copy->find(g)->members.size(), group()->members.size());
    for (const auto& [id, member] : group()->members.all()) {
      ASSERT_NE(copy->find(g)->members.find(id), nullptr);
      EXPECT_EQ(copy->find(g)->members.find(id)->assignment, member.assignment);
    }
  }

  std::mt19937 random_{GetParam()};
  std::vector<std::string> known_;
  std::vector<Ticket> open_joins_;
  std::vector<Ticket> open_syncs_;
};

TEST_P(HistoryTest, IsConsistentAllAlong) {
  for (int i = 0; i < 1500; ++i) {
    step();
    collect();
    if (i % 50 == 0) expect_record_to_be_true();
    if (pick(200) == 0) {
      restart();
      open_joins_.clear();
      open_syncs_.clear();
    }
  }
  pass(1h);
  collect();
  EXPECT_TRUE(open_joins_.empty());
  EXPECT_TRUE(open_syncs_.empty());
  EXPECT_TRUE(!group() || state() == State::empty);
  EXPECT_EQ(coordinator_->wake_up(), std::nullopt);
  expect_record_to_be_true();
}

INSTANTIATE_TEST_SUITE_P(Seeds, HistoryTest, testing::Range(0U, 40U));

}  // namespace
}  // namespace odradek::group
