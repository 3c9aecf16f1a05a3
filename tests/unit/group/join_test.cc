// SPDX-License-Identifier: Apache-2.0
#include "group/join.h"

#include "support/group_script.h"

#include <utility>

namespace odradek::group {
namespace {

using test::ErrorCode;
using namespace std::chrono_literals;

class JoinTest : public test::GroupScript {};

TEST_F(JoinTest, ANewMemberIsGivenAnIdFirst) {
  const auto reply = joined(join(join_request(), 4));
  EXPECT_EQ(reply.error_code, ErrorCode::member_id_required);
  EXPECT_EQ(reply.member_id, "client-00000000-0000-0000-0000-000000000001");
  EXPECT_EQ(reply.generation_id, GenerationId{-1});
  EXPECT_EQ(state(), State::empty);
  EXPECT_TRUE(group()->is_pending(reply.member_id));
}

TEST_F(JoinTest, BeforeVersionFourItIsAMemberAtOnce) {
  const auto ticket = join(join_request(), 3);
  EXPECT_FALSE(has_joined(ticket));
  EXPECT_EQ(state(), State::preparing_rebalance);
  pass(3s);
  EXPECT_EQ(joined(ticket).members.size(), 1U);
}

TEST_F(JoinTest, AnIdThatIsNotUsedIsForgottenAfterASession) {
  const std::string id = new_member_id();
  pass(10s - 1ms);
  EXPECT_TRUE(group()->is_pending(id));
  pass(1ms);
  EXPECT_FALSE(group()->is_pending(id));
  EXPECT_EQ(joined(join(join_request(id))).error_code, ErrorCode::unknown_member_id);
  EXPECT_EQ(coordinator_->wake_up(), std::nullopt);
}

TEST_F(JoinTest, IdsThatAreNotUsedHaveALimit) {
  const std::string first = new_member_id();
  for (std::size_t i = 0; i < max_pending_members; ++i) (void)new_member_id();
  EXPECT_EQ(group()->pending.size(), max_pending_members);
  EXPECT_EQ(joined(join(join_request(first))).error_code, ErrorCode::unknown_member_id);
}

TEST_F(JoinTest, AnIdWithoutAGroupIsUnknown) {
  const auto reply = joined(join(join_request("somebody")));
  EXPECT_EQ(reply.error_code, ErrorCode::unknown_member_id);
  EXPECT_EQ(reply.member_id, "somebody");
  EXPECT_EQ(group(), nullptr);
  EXPECT_TRUE(log_.empty());
}

TEST_F(JoinTest, AnUnknownIdInAGroupIsUnknown) {
  (void)a_stable_group(1);
  EXPECT_EQ(joined(join(join_request("somebody"))).error_code, ErrorCode::unknown_member_id);
  EXPECT_EQ(state(), State::stable);
}

TEST_F(JoinTest, AGroupIsRecordedWhenItComesIntoBeing) {
  (void)new_member_id();
  ASSERT_EQ(log_.size(), 1U);
  const auto copy = replayed();
  EXPECT_EQ(copy->find(g)->state, State::empty);
  EXPECT_EQ(copy->find(g)->protocol_type, std::nullopt);
}

TEST_F(JoinTest, WithoutProtocolsOrATypeNobodyComesIn) {
  auto none = join_request();
  none.protocols.clear();
  EXPECT_EQ(joined(join(none)).error_code, ErrorCode::inconsistent_group_protocol);
  auto untyped = join_request();
  untyped.protocol_type.clear();
  EXPECT_EQ(joined(join(untyped)).error_code, ErrorCode::inconsistent_group_protocol);
}

TEST_F(JoinTest, WhoKnowsNoProtocolOfTheOthersStaysOut) {
  (void)a_stable_group(2);
  auto other = join_request();
  other.protocols = {{"roundrobin", {}}};
  EXPECT_EQ(joined(join(other)).error_code, ErrorCode::inconsistent_group_protocol);
  auto connect = join_request();
  connect.protocol_type = "connect";
  EXPECT_EQ(joined(join(connect)).error_code, ErrorCode::inconsistent_group_protocol);
  EXPECT_EQ(state(), State::stable);
}

TEST_F(JoinTest, AProtocolThatIsNamedTwiceCountsOnce) {
  auto twice = join_request();
  twice.protocols.push_back(twice.protocols.front());
  const auto ticket = join(twice, 3);
  pass(3s);
  EXPECT_EQ(joined(ticket).protocol_name, "range");
}

TEST_F(JoinTest, AFollowerThatAsksAgainIsToldOfItsGeneration) {
  const auto ids = a_stable_group(2);
  const auto reply = joined(join(join_request(ids[1])));
  EXPECT_EQ(reply.error_code, ErrorCode::none);
  EXPECT_EQ(reply.generation_id, GenerationId{1});
  EXPECT_EQ(reply.leader, ids[0]);
  EXPECT_EQ(reply.protocol_name, "range");
  EXPECT_EQ(reply.protocol_type, "consumer");
  EXPECT_TRUE(reply.members.empty());
  EXPECT_EQ(state(), State::stable);
}

TEST_F(JoinTest, AFollowerWithOtherMetadataBeginsARebalance) {
  const auto ids = a_stable_group(2);
  auto other = join_request(ids[1]);
  other.protocols = {{"range", subscription({"t", "u"})}};
  EXPECT_FALSE(has_joined(join(other)));
  EXPECT_EQ(state(), State::preparing_rebalance);
}

TEST_F(JoinTest, ALeaderThatAsksAgainBeginsARebalance) {
  const auto ids = a_stable_group(2);
  const auto leader = join(join_request(ids[0]));
  EXPECT_EQ(state(), State::preparing_rebalance);
  const auto follower = join(join_request(ids[1]));
  EXPECT_EQ(joined(leader).generation_id, GenerationId{2});
  EXPECT_EQ(joined(follower).generation_id, GenerationId{2});
}

TEST_F(JoinTest, WhileAssignmentsAreAwaitedTheSameMetadataGetTheSameAnswer) {
  const auto ids = a_stable_group(2);
  const auto leader = join(join_request(ids[0]));
  (void)joined(join(join_request(ids[1])));
  (void)joined(leader);
  EXPECT_EQ(state(), State::completing_rebalance);
  // The answer got lost, say.
  const auto again = joined(join(join_request(ids[0])));
  EXPECT_EQ(again.generation_id, GenerationId{2});
  EXPECT_EQ(again.members.size(), 2U);
  EXPECT_EQ(state(), State::completing_rebalance);
  // Other metadata do not.
  auto other = join_request(ids[1]);
  other.protocols = {{"range", subscription({"u"})}};
  EXPECT_FALSE(has_joined(join(other)));
  EXPECT_EQ(state(), State::preparing_rebalance);
}

TEST_F(JoinTest, WhoAsksTwiceAtATimeIsAnsweredOnTheLaterRequest) {
  const auto ids = a_stable_group(2);
  const auto first = join(join_request(ids[0]));
  const auto second = join(join_request(ids[0]));
  EXPECT_EQ(joined(first).error_code, ErrorCode::rebalance_in_progress);
  EXPECT_FALSE(has_joined(second));
  (void)join(join_request(ids[1]));
  EXPECT_EQ(joined(second).error_code, ErrorCode::none);
}

TEST_F(JoinTest, ALimitOfMembersIsKept) {
  config_.max_size = 2;
  (void)a_stable_group(2);
  const auto reply = joined(join(join_request()));
  EXPECT_EQ(reply.error_code, ErrorCode::group_max_size_reached);
  EXPECT_EQ(reply.member_id, "");
}

TEST_F(JoinTest, WhereTheLimitWasLoweredTheLastToComeBackAreTurnedAway) {
  const auto ids = a_stable_group(3);
  config_.max_size = 2;
  const auto first = join(join_request(ids[0]));
  const auto second = join(join_request(ids[1]));
  // One that waits already may ask again.
  const auto again = join(join_request(ids[0]));
  EXPECT_EQ(joined(first).error_code, ErrorCode::rebalance_in_progress);
  EXPECT_EQ(joined(join(join_request(ids[2]))).error_code, ErrorCode::group_max_size_reached);
  EXPECT_EQ(group()->members.size(), 2U);
  EXPECT_EQ(joined(again).generation_id, GenerationId{2});
  EXPECT_EQ(joined(second).generation_id, GenerationId{2});
}

TEST_F(JoinTest, WhoIsTurnedAwayIsNotWaitedFor) {
  config_.max_size = 2;
  const auto ids = a_stable_group(1);
  const std::string second = new_member_id();
  const std::string third = new_member_id();
  const auto joining = join(join_request(second));
  const auto leader = join(join_request(ids[0]));
  EXPECT_FALSE(has_joined(leader)) << "the third one has an id";
  EXPECT_EQ(joined(join(join_request(third))).error_code, ErrorCode::group_max_size_reached);
  EXPECT_EQ(joined(leader).members.size(), 2U);
  EXPECT_EQ(joined(joining).error_code, ErrorCode::none);
}

TEST_F(JoinTest, TheLimitHoldsWhileAssignmentsAreAwaitedAndForStaticMembers) {
  config_.max_size = 1;
  const auto only = join(static_join("one"));
  pass(3s);
  (void)joined(only);
  ASSERT_EQ(state(), State::completing_rebalance);
  EXPECT_EQ(joined(join(join_request(), 3)).error_code, ErrorCode::group_max_size_reached);
  EXPECT_EQ(joined(join(static_join("one"))).error_code, ErrorCode::group_max_size_reached);
}

TEST_F(JoinTest, TheOldestUnusedIdGoesFirst) {
  auto late = join_request();
  late.session_timeout_ms = 20000;
  const std::string kept = joined(join(late)).member_id;  // the first name, not the first to end
  for (std::size_t i = 0; i < max_pending_members; ++i) (void)new_member_id();
  EXPECT_TRUE(group()->is_pending(kept));
}

TEST_F(JoinTest, AnotherOrderOfProtocolsIsAChange) {
  auto two = join_request();
  two.protocols = {{"range", {}}, {"sticky", {}}};
  const auto one = join(two, 3);
  const auto other = join(two, 3);
  pass(6s);
  const std::string leader = joined(one).member_id;
  const std::string follower = joined(other).member_id;
  (void)sync(leader, 1);
  (void)sync(follower, 1);
  two.member_id = follower;
  EXPECT_TRUE(has_joined(join(two)));
  std::swap(two.protocols[0], two.protocols[1]);
  EXPECT_FALSE(has_joined(join(two)));
}

TEST_F(JoinTest, NewTimeoutsCountFromThenOn) {
  const auto ids = a_stable_group(1);
  auto patient = join_request(ids[0]);
  patient.session_timeout_ms = 20000;
  (void)joined(join(patient));
  (void)sync(ids[0], 2);
  pass(20s - 1ms);
  EXPECT_EQ(state(), State::stable);
  pass(1ms);
  EXPECT_EQ(state(), State::empty);
}

TEST_F(JoinTest, AGroupIsRecordedWhereItsFirstMemberIsRefused) {
  auto none = join_request();
  none.protocols.clear();
  (void)joined(join(none));
  EXPECT_NE(replayed()->find(g), nullptr);
}

TEST_F(JoinTest, AVeryLongNameLeavesRoomForWhatIsUnique) {
  (void)join(static_join(std::string(32767, 'i')));
  const std::string id = group()->members.all().begin()->first;
  EXPECT_EQ(id.size(), 32767U);
  EXPECT_EQ(id.substr(id.size() - 13), "-000000000001");
}

TEST_F(JoinTest, WhatIsWrongWhateverTheGroup) {
  auto request = join_request();
  EXPECT_EQ(check_join(request, config_), ErrorCode::none);
  request.session_timeout_ms = 5999;
  EXPECT_EQ(check_join(request, config_), ErrorCode::invalid_session_timeout);
  request.session_timeout_ms = 1800001;
  EXPECT_EQ(check_join(request, config_), ErrorCode::invalid_session_timeout);
  request.session_timeout_ms = 6000;
  EXPECT_EQ(check_join(request, config_), ErrorCode::none);
  request.group_id.clear();
  EXPECT_EQ(check_join(request, config_), ErrorCode::invalid_group_id);
}

TEST_F(JoinTest, InVersionZeroTheSessionIsAlsoTheTimeToRebalance) {
  auto request = join_request();
  request.rebalance_timeout_ms = -1;
  (void)join(request, 0);
  EXPECT_EQ(group()->members.all().begin()->second.rebalance_timeout, 10s);
}

class StaticMemberTest : public test::GroupScript {
 protected:
  // A stable group of two static members; the first one leads.
  void SetUp() override {
    const auto one = join(static_join("one"));
    const auto two = join(static_join("two"));
    pass(6s);
    one_ = joined(one).member_id;
    two_ = joined(two).member_id;
    (void)synced(sync(one_, 1, {{one_, "A"}, {two_, "B"}}));
    (void)synced(sync(two_, 1));
    ASSERT_EQ(state(), State::stable);
  }
  std::string one_;
  std::string two_;
};

TEST_F(StaticMemberTest, HasAnIdAtOnceThatBeginsWithItsName) {
  EXPECT_EQ(one_.substr(0, 4), "one-");
  EXPECT_EQ(*group()->members.find_static("one"), one_);
}

TEST_F(StaticMemberTest, ComesBackWithoutARebalance) {
  const auto reply = joined(join(static_join("two")));
  EXPECT_EQ(reply.error_code, ErrorCode::none);
  EXPECT_NE(reply.member_id, two_);
  EXPECT_EQ(reply.generation_id, GenerationId{1});
  EXPECT_FALSE(reply.skip_assignment);
  EXPECT_EQ(state(), State::stable);
  EXPECT_EQ(synced(sync(reply.member_id, 1, {}, "two")).assignment, blob("B"));
  // Whoever was called so before is fenced.
  EXPECT_EQ(heartbeat(two_, 1, "two"), ErrorCode::fenced_instance_id);
  EXPECT_EQ(heartbeat(two_, 1), ErrorCode::unknown_member_id);
  EXPECT_EQ(commit(5, two_, 1, 8, "two"), ErrorCode::fenced_instance_id);
  // And the new name is on record.
  EXPECT_NE(replayed()->find(g)->members.find(reply.member_id), nullptr);
}

TEST_F(StaticMemberTest, ALeaderThatComesBackIsToldToLeaveAssignmentsAlone) {
  const auto reply = joined(join(static_join("one"), 9));
  EXPECT_TRUE(reply.skip_assignment);
  EXPECT_EQ(reply.leader, reply.member_id);
  EXPECT_EQ(reply.members.size(), 2U);
  EXPECT_EQ(synced(sync(reply.member_id, 1)).assignment, blob("A"));
}

TEST_F(StaticMemberTest, AnOldLeaderIsToldThatSomebodyElseLeads) {
  const auto reply = joined(join(static_join("one"), 8));
  EXPECT_FALSE(reply.skip_assignment);
  EXPECT_EQ(reply.leader, one_);
  EXPECT_NE(reply.member_id, one_);
  EXPECT_TRUE(reply.members.empty());
}

TEST_F(StaticMemberTest, ComesBackWithAnotherProtocolAndBeginsARebalance) {
  auto other = static_join("two");
  other.protocols = {{"sticky", {}}, {"range", subscription({"t"})}};
  EXPECT_TRUE(has_joined(join(other))) << "all still agree on range";
  auto both = static_join("one");
  both.protocols = {{"sticky", {}}, {"range", subscription({"t"})}};
  EXPECT_FALSE(has_joined(join(both)));
  EXPECT_EQ(state(), State::preparing_rebalance);
}

TEST_F(StaticMemberTest, WhileAssignmentsAreAwaitedItsReturnBeginsAnotherRebalance) {
  const auto leader = join(static_join("one", one_));
  const auto follower = join(static_join("two", two_));
  (void)joined(leader);
  (void)joined(follower);
  ASSERT_EQ(state(), State::completing_rebalance);
  const auto waiting = sync(two_, 2, {}, "two");
  const auto again = join(static_join("two"));
  EXPECT_EQ(synced(waiting).error_code, ErrorCode::fenced_instance_id);
  EXPECT_FALSE(has_joined(again));
  EXPECT_EQ(state(), State::preparing_rebalance);
}

TEST_F(StaticMemberTest, WhoWaitsUnderTheOldNameIsFenced) {
  const auto leader = join(static_join("one", one_));
  const auto again = join(static_join("one"));
  const auto fenced = joined(leader);
  EXPECT_EQ(fenced.error_code, ErrorCode::fenced_instance_id);
  EXPECT_EQ(fenced.member_id, one_);
  EXPECT_FALSE(has_joined(again));
}

TEST_F(StaticMemberTest, IsFencedUnderAnIdThatIsNotItsOwn) {
  EXPECT_EQ(joined(join(static_join("one", two_))).error_code, ErrorCode::fenced_instance_id);
  EXPECT_EQ(joined(join(static_join("three", two_))).error_code, ErrorCode::unknown_member_id);
  EXPECT_EQ(synced(sync(two_, 1, {}, "one")).error_code, ErrorCode::fenced_instance_id);
  EXPECT_EQ(commit(1, two_, 1, 8, "three"), ErrorCode::unknown_member_id);
}

TEST_F(StaticMemberTest, AnIdThatWasHandedOutIsNotForStaticMembers) {
  const std::string id = new_member_id();
  EXPECT_EQ(joined(join(static_join("three", id))).error_code, ErrorCode::unknown_member_id);
}

TEST_F(StaticMemberTest, HasAWholeSessionAheadWhenItComesBack) {
  pass(9s);
  const std::string again = joined(join(static_join("two"))).member_id;
  pass(5s);
  EXPECT_EQ(heartbeat(again, 1, "two"), ErrorCode::rebalance_in_progress)
      << "only the other is gone";
}

TEST_F(StaticMemberTest, OneThatIsReplacedBeforeItsFirstAnswerIsNoLongerNew) {
  const auto first = join(static_join("three"));
  const auto second = join(static_join("three"));
  EXPECT_EQ(joined(first).error_code, ErrorCode::fenced_instance_id);
  // It waits for the others, who are slow; that needs no heartbeats.
  pass(9s);
  EXPECT_EQ(heartbeat(one_, 1), ErrorCode::rebalance_in_progress);
  EXPECT_EQ(heartbeat(two_, 1), ErrorCode::rebalance_in_progress);
  pass(9s);
  EXPECT_FALSE(has_joined(second));
  EXPECT_NE(group()->members.find_static("three"), nullptr);
}

TEST_F(StaticMemberTest, WhatTheLogCannotTakeIsNoReasonToGoOn) {
  config_.max_record_bytes = 600;
  auto large = static_join("two");
  large.protocols = {{"range", Buffer(600)}};
  EXPECT_FALSE(has_joined(join(large))) << "the group has to find that out together";
  EXPECT_EQ(state(), State::preparing_rebalance);
}

TEST_F(StaticMemberTest, MayBeGoneForASession) {
  // The other one goes on; this one is silent, through a rebalance too.
  pass(5s);
  const auto leader = join(static_join("one", one_));
  EXPECT_EQ(state(), State::preparing_rebalance);
  pass(5s);  // its session ends, and with it what the rebalance waits for
  EXPECT_EQ(joined(leader).members.size(), 1U);
}

TEST_F(StaticMemberTest, IsKeptWhereTheRebalanceEndsBeforeItsSession) {
  auto hurried = static_join("one", one_);
  hurried.rebalance_timeout_ms = 1000;
  auto other = static_join("two", two_);
  other.rebalance_timeout_ms = 1000;
  other.session_timeout_ms = 30000;
  const auto leader = join(hurried);
  (void)join(other);
  (void)joined(leader);
  (void)synced(sync(one_, generation(), {{one_, "A"}, {two_, "B"}}));
  (void)synced(sync(two_, generation()));
  const auto alone = join(hurried);
  pass(1s);
  const auto reply = joined(alone);
  EXPECT_EQ(reply.members.size(), 2U) << "it keeps its place without having joined";
}

}  // namespace
}  // namespace odradek::group
