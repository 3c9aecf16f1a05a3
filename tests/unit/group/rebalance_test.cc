// SPDX-License-Identifier: Apache-2.0
#include "group/rebalance.h"

#include "support/group_script.h"

#include <utility>

namespace odradek::group {
namespace {

using test::ErrorCode;
using namespace std::chrono_literals;

class RebalanceTest : public test::GroupScript {};

TEST_F(RebalanceTest, TheFirstOneWaitsForMoreMembers) {
  const std::string id = new_member_id();
  const auto ticket = join(join_request(id));
  pass(3s - 1ms);
  EXPECT_FALSE(has_joined(ticket));
  pass(1ms);
  const auto reply = joined(ticket);
  EXPECT_EQ(reply.generation_id, GenerationId{1});
  EXPECT_EQ(reply.leader, id);
  EXPECT_EQ(reply.members.size(), 1U);
  EXPECT_EQ(reply.members[0].metadata, subscription({"t"}));
  EXPECT_EQ(state(), State::completing_rebalance);
}

TEST_F(RebalanceTest, AndOnAsLongAsMoreCome) {
  const auto first = join(join_request(), 3);
  pass(2s);
  const auto second = join(join_request(), 3);
  pass(1s);  // the delay is over, but somebody came
  EXPECT_FALSE(has_joined(first));
  pass(3s);
  EXPECT_EQ(joined(first).members.size() + joined(second).members.size(), 2U);
}

TEST_F(RebalanceTest, ButNotLongerThanMembersGiveItToRebalance) {
  auto request = join_request();
  request.rebalance_timeout_ms = 7000;
  const auto first = join(request, 3);
  for (int i = 0; i < 7; ++i) {
    EXPECT_FALSE(has_joined(first));
    (void)join(request, 3);
    pass(1s);
  }
  EXPECT_TRUE(has_joined(first));
  EXPECT_EQ(group()->members.size(), 8U);
}

TEST_F(RebalanceTest, WithoutADelayItIsOverWhenTimeIsLookedAt) {
  config_.initial_rebalance_delay = 0ms;
  const auto first = join(join_request(), 3);
  const auto second = join(join_request(), 3);
  pass(0ms);
  EXPECT_EQ(joined(first).generation_id, GenerationId{1});
  EXPECT_EQ(joined(second).generation_id, GenerationId{1});
}

TEST_F(RebalanceTest, OnlyTheLeaderIsToldWhoIsThere) {
  const auto first = join(join_request(), 3);
  const auto second = join(join_request(), 3);
  pass(6s);
  const auto one = joined(first);
  const auto two = joined(second);
  EXPECT_EQ(one.leader, two.leader);
  EXPECT_EQ(one.leader, one.member_id);
  EXPECT_EQ(one.members.size(), 2U);
  EXPECT_TRUE(two.members.empty());
}

TEST_F(RebalanceTest, ANewMemberMakesTheOthersJoinAgain) {
  const auto ids = a_stable_group(2);
  const auto third = join(join_request(new_member_id()));
  EXPECT_EQ(heartbeat(ids[0], 1), ErrorCode::rebalance_in_progress);
  const auto first = join(join_request(ids[0]));
  EXPECT_FALSE(has_joined(first));
  const auto second = join(join_request(ids[1]));
  // All are here: no delay.
  EXPECT_EQ(joined(first).members.size(), 3U);
  EXPECT_EQ(joined(second).generation_id, GenerationId{2});
  EXPECT_EQ(joined(third).leader, ids[0]);
}

TEST_F(RebalanceTest, WaitsForWhoHasAnIdAlready) {
  const auto ids = a_stable_group(1);
  const std::string coming = new_member_id();
  const auto leader = join(join_request(ids[0]));
  EXPECT_FALSE(has_joined(leader));
  const auto newcomer = join(join_request(coming));
  EXPECT_EQ(joined(leader).members.size(), 2U);
  (void)joined(newcomer);
}

TEST_F(RebalanceTest, WhoIsMissingWhenTimeIsUpIsLeftBehind) {
  auto short_request = join_request();
  short_request.rebalance_timeout_ms = 5000;
  const auto one = join(short_request, 3);
  const auto two = join(short_request, 3);
  pass(6s);
  const std::string leader = joined(one).member_id;
  const std::string follower = joined(two).member_id;
  (void)synced(sync(leader, 1, {{leader, "A"}}));
  (void)synced(sync(follower, 1));
  short_request.member_id = follower;
  auto changed = short_request;
  changed.protocols = {{"range", subscription({"u"})}};
  const auto alone = join(changed);
  pass(5s - 1ms);
  EXPECT_FALSE(has_joined(alone));
  EXPECT_EQ(heartbeat(leader, 1), ErrorCode::rebalance_in_progress);
  pass(1ms);
  const auto reply = joined(alone);
  EXPECT_EQ(reply.leader, follower) << "somebody who is there leads";
  EXPECT_EQ(reply.members.size(), 1U);
  EXPECT_EQ(heartbeat(leader, 1), ErrorCode::unknown_member_id);
}

TEST_F(RebalanceTest, StaticMembersOnlyAreWaitedForUntilTheirSessionsEnd) {
  auto request = static_join("one");
  request.rebalance_timeout_ms = 2000;
  request.session_timeout_ms = 30000;
  const auto one = join(request);
  pass(3s);
  const std::string id = joined(one).member_id;
  (void)synced(sync(id, 1, {{id, "A"}}));
  const std::string newcomer = new_member_id();
  const auto two = join(join_request(newcomer));
  EXPECT_EQ(leave({{newcomer, {}, {}}}), std::vector{ErrorCode::none});
  EXPECT_EQ(joined(two).error_code, ErrorCode::unknown_member_id);
  // The one that is left does not come. The phase is prolonged until its session is over.
  pass(25s);
  EXPECT_EQ(state(), State::preparing_rebalance);
  pass(5s);
  EXPECT_EQ(state(), State::empty);
  EXPECT_EQ(generation(), 2);
}

TEST_F(RebalanceTest, NobodyTurnsInCirclesForWhoHasNoTime) {
  auto hurried = static_join("one");
  hurried.rebalance_timeout_ms = 0;
  hurried.session_timeout_ms = 30000;
  const auto one = join(hurried);
  const auto two = join(join_request(), 3);
  pass(6s);
  const std::string leader = joined(one).member_id;
  const std::string follower = joined(two).member_id;
  (void)sync(leader, 1);
  (void)sync(follower, 1);
  (void)leave({{follower, {}, {}}});
  EXPECT_EQ(state(), State::preparing_rebalance);
  EXPECT_GE(*coordinator_->wake_up(), now_.steady);
  pass(29s);
  EXPECT_EQ(state(), State::preparing_rebalance);
  pass(2s);
  EXPECT_EQ(state(), State::empty);
}

TEST_F(RebalanceTest, AnIdThatIsNotUsedHoldsItUpForASessionOnly) {
  const auto ids = a_stable_group(1);
  (void)new_member_id();
  const auto leader = join(join_request(ids[0]));
  pass(10s - 1ms);
  EXPECT_FALSE(has_joined(leader));
  pass(1ms);
  EXPECT_EQ(joined(leader).generation_id, GenerationId{2});
}

TEST_F(RebalanceTest, WhoeverGivesAnUnusedIdBackIsNotWaitedFor) {
  const auto ids = a_stable_group(1);
  const std::string pending = new_member_id();
  const auto leader = join(join_request(ids[0]));
  EXPECT_FALSE(has_joined(leader));
  EXPECT_EQ(leave({{pending, {}, {}}}), std::vector{ErrorCode::none});
  EXPECT_EQ(joined(leader).generation_id, GenerationId{2});
}

TEST_F(RebalanceTest, TheMemberThatNeedsMostTimeSaysHowLong) {
  const auto ids = a_stable_group(2);
  auto quick = join_request(ids[0]);
  quick.rebalance_timeout_ms = 1000;
  auto slow = join_request(ids[1]);
  slow.rebalance_timeout_ms = 8000;
  (void)join(quick);
  (void)join(slow);
  (void)sync(ids[0], 2);
  (void)sync(ids[1], 2);
  const auto waiting = join(quick);
  pass(8s - 1ms);
  EXPECT_FALSE(has_joined(waiting));
  pass(1ms);
  EXPECT_EQ(joined(waiting).members.size(), 1U);
}

TEST_F(RebalanceTest, AnAssignmentOfTheGenerationBeforeIsForgotten) {
  const auto ids = a_stable_group(2);
  (void)join(join_request(ids[0]));
  (void)join(join_request(ids[1]));
  ASSERT_EQ(state(), State::completing_rebalance);
  (void)join(join_request(), 3);
  for (const auto& member : group()->describe().members) {
    EXPECT_TRUE(member.member_assignment.empty());
  }
}

TEST_F(RebalanceTest, AmongEquallyManyVotesTheChoiceIsKafkas) {
  auto request = join_request();
  request.protocols = {{"cooperative-sticky", {}}, {"range", {}}};
  const auto one = join(request, 3);
  std::swap(request.protocols[0], request.protocols[1]);
  (void)join(request, 3);
  pass(6s);
  EXPECT_EQ(joined(one).protocol_name, "range");
}

TEST_F(RebalanceTest, TheProtocolThatMostPreferIsTaken) {
  auto request = join_request();
  request.protocols = {{"range", {}}, {"sticky", {}}};
  const auto one = join(request, 3);
  request.protocols = {{"sticky", {}}, {"range", {}}, {"own", {}}};
  (void)join(request, 3);
  (void)join(request, 3);
  pass(9s);
  EXPECT_EQ(joined(one).protocol_name, "sticky");
}

TEST_F(RebalanceTest, WhenTheLastOneIsGoneTheGroupIsEmpty) {
  const auto ids = a_stable_group(1);
  EXPECT_EQ(leave({{ids[0], {}, {}}}), std::vector{ErrorCode::none});
  EXPECT_EQ(state(), State::empty);
  EXPECT_EQ(generation(), 2);
  EXPECT_EQ(group()->protocol, std::nullopt);
  EXPECT_EQ(replayed()->find(g)->state, State::empty);
  EXPECT_EQ(replayed()->find(g)->generation, GenerationId{2});
  // It comes back to life with the next generation.
  const auto again = join(join_request(), 3);
  pass(3s);
  EXPECT_EQ(joined(again).generation_id, GenerationId{3});
}

TEST_F(RebalanceTest, AnEmptyGroupMayTakeUpAnotherProtocol) {
  const auto ids = a_stable_group(1);
  (void)leave({{ids[0], {}, {}}});
  auto connect = join_request();
  connect.protocol_type = "connect";
  connect.protocols = {{"compatible", blob("x")}};
  const auto ticket = join(connect, 3);
  pass(3s);
  EXPECT_EQ(joined(ticket).protocol_type, "connect");
}

}  // namespace
}  // namespace odradek::group
