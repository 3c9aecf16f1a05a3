// SPDX-License-Identifier: Apache-2.0
#include "group/expiry.h"

#include "support/group_script.h"

namespace odradek::group {
namespace {

using test::ErrorCode;
using namespace std::chrono_literals;

class ExpiryTest : public test::GroupScript {};

TEST_F(ExpiryTest, HeartbeatsKeepAMember) {
  const auto ids = a_stable_group(1);
  for (int i = 0; i < 10; ++i) {
    pass(9s);
    EXPECT_EQ(heartbeat(ids[0], 1), ErrorCode::none);
  }
  pass(10s - 1ms);
  EXPECT_EQ(state(), State::stable);
  pass(1ms);
  EXPECT_EQ(state(), State::empty);
}

TEST_F(ExpiryTest, SoDoCommits) {
  const auto ids = a_stable_group(1);
  for (int i = 0; i < 10; ++i) {
    pass(9s);
    EXPECT_EQ(commit(i, ids[0], 1), ErrorCode::none);
  }
  EXPECT_EQ(state(), State::stable);
}

TEST_F(ExpiryTest, AlsoWhileTheOthersAreAskedToJoin) {
  const auto ids = a_stable_group(2);
  (void)join(join_request(ids[0]));
  for (int i = 0; i < 3; ++i) {
    pass(9s);
    EXPECT_EQ(commit(i, ids[1], 1), ErrorCode::none);
  }
  EXPECT_EQ(group()->members.size(), 2U);
}

TEST_F(ExpiryTest, WhatAHeartbeatIsTold) {
  EXPECT_EQ(heartbeat("nobody", 1), ErrorCode::unknown_member_id);
  const auto ids = a_stable_group(2);
  EXPECT_EQ(heartbeat("nobody", 1), ErrorCode::unknown_member_id);
  EXPECT_EQ(heartbeat(ids[0], 0), ErrorCode::illegal_generation);
  EXPECT_EQ(heartbeat(ids[0], 2), ErrorCode::illegal_generation);
  EXPECT_EQ(heartbeat(ids[0], 1), ErrorCode::none);
  (void)join(join_request(ids[0]));
  EXPECT_EQ(heartbeat(ids[1], 1), ErrorCode::rebalance_in_progress);
  (void)join(join_request(ids[1]));
  EXPECT_EQ(state(), State::completing_rebalance);
  EXPECT_EQ(heartbeat(ids[1], 2), ErrorCode::none);
  (void)leave({{ids[0], {}, {}}, {ids[1], {}, {}}});
  EXPECT_EQ(state(), State::empty);
  EXPECT_EQ(heartbeat(ids[1], 3), ErrorCode::unknown_member_id);
}

TEST_F(ExpiryTest, ASilentMemberMakesTheOthersRebalance) {
  const auto ids = a_stable_group(3);
  for (int i = 0; i < 2; ++i) {
    pass(5s - 1ms);
    EXPECT_EQ(heartbeat(ids[0], 1), ErrorCode::none);
    EXPECT_EQ(heartbeat(ids[1], 1), ErrorCode::none);
  }
  pass(2ms);
  EXPECT_EQ(state(), State::preparing_rebalance);
  EXPECT_EQ(heartbeat(ids[2], 1), ErrorCode::unknown_member_id);
  const auto one = join(join_request(ids[0]));
  (void)join(join_request(ids[1]));
  EXPECT_EQ(joined(one).members.size(), 2U);
}

TEST_F(ExpiryTest, WhoWaitsForARebalanceNeedNoHeartbeats) {
  const auto ids = a_stable_group(2);
  auto patient = join_request(ids[0]);
  const auto waiting = join(patient);
  for (int i = 0; i < 5; ++i) {
    pass(9s);
    EXPECT_EQ(heartbeat(ids[1], 1), ErrorCode::rebalance_in_progress);
  }
  EXPECT_FALSE(has_joined(waiting));
  (void)join(join_request(ids[1]));
  EXPECT_EQ(joined(waiting).members.size(), 2U);
  // From here on they do.
  pass(10s);
  EXPECT_EQ(state(), State::empty);
}

TEST_F(ExpiryTest, NorWhoWaitsForAnAssignment) {
  const auto ids = a_stable_group(2);
  const auto one = join(join_request(ids[0]));
  (void)join(join_request(ids[1]));
  (void)joined(one);
  const auto waiting = sync(ids[1], 2);
  for (int i = 0; i < 5; ++i) {
    pass(9s);
    EXPECT_EQ(heartbeat(ids[0], 2), ErrorCode::none);
  }
  EXPECT_FALSE(has_synced(waiting));
  (void)sync(ids[0], 2, {{ids[1], "B"}});
  EXPECT_EQ(synced(waiting).assignment, blob("B"));
}

TEST_F(ExpiryTest, ANewMemberThatNobodyAnswersGoesAfterFiveMinutes) {
  auto slow = join_request();
  slow.session_timeout_ms = 1800000;
  slow.rebalance_timeout_ms = 3600000;
  const auto one = join(slow, 3);
  pass(3s);
  const std::string first = joined(one).member_id;
  (void)synced(sync(first, 1, {{first, "A"}}));
  const auto two = join(slow, 3);  // the first one never comes back
  pass(5min - 1ms);
  EXPECT_FALSE(has_joined(two));
  pass(1ms);
  EXPECT_EQ(joined(two).error_code, ErrorCode::unknown_member_id);
}

TEST_F(ExpiryTest, AnEmptyGroupWaitsForNothing) {
  const auto ids = a_stable_group(2);
  pass(1h);
  EXPECT_EQ(state(), State::empty);
  EXPECT_EQ(coordinator_->wake_up(), std::nullopt);
}

class LeaveTest : public test::GroupScript {};

TEST_F(LeaveTest, TheOthersRebalance) {
  const auto ids = a_stable_group(2);
  EXPECT_EQ(leave({{ids[0], {}, {}}}), std::vector{ErrorCode::none});
  EXPECT_EQ(heartbeat(ids[1], 1), ErrorCode::rebalance_in_progress);
  EXPECT_EQ(group()->members.leader(), ids[1]);
}

TEST_F(LeaveTest, EachIsAnsweredForItself) {
  const auto ids = a_stable_group(1);
  const auto pending = new_member_id();
  const auto ticket = join(static_join("one"));
  EXPECT_EQ(leave({{"nobody", {}, {}},
                   {pending, {}, {}},
                   {"", "no such instance", {}},
                   {"", {}, {}},
                   {ids[0], "one", {}},
                   {"", "one", {}},
                   {ids[0], {}, {}}}),
            (std::vector{ErrorCode::unknown_member_id, ErrorCode::none,
                         ErrorCode::unknown_member_id, ErrorCode::unknown_member_id,
                         ErrorCode::fenced_instance_id, ErrorCode::none, ErrorCode::none}));
  EXPECT_EQ(joined(ticket).error_code, ErrorCode::unknown_member_id);
  EXPECT_EQ(state(), State::empty);
}

TEST_F(LeaveTest, WithoutAGroupAllAreUnknown) {
  EXPECT_EQ(leave({{"a", {}, {}}, {"", "b", {}}}),
            (std::vector{ErrorCode::unknown_member_id, ErrorCode::unknown_member_id}));
}

TEST_F(LeaveTest, WhoeverLeavesIsNotWaitedForAnyMore) {
  const auto ids = a_stable_group(2);
  const auto waiting = join(join_request(ids[0]));
  EXPECT_FALSE(has_joined(waiting));
  (void)leave({{ids[1], {}, {}}});
  EXPECT_EQ(joined(waiting).members.size(), 1U);
}

TEST_F(LeaveTest, WhoeverWaitsForAnAssignmentAndLeavesIsTold) {
  const auto ids = a_stable_group(2);
  const auto one = join(join_request(ids[0]));
  (void)join(join_request(ids[1]));
  (void)joined(one);
  const auto waiting = sync(ids[1], 2);
  (void)leave({{ids[1], {}, {}}});
  EXPECT_EQ(synced(waiting).error_code, ErrorCode::unknown_member_id);
}

TEST_F(LeaveTest, TheFirstRebalanceStillWaitsForMore) {
  const auto one = join(join_request(), 3);
  const std::string pending = new_member_id();
  (void)leave({{pending, {}, {}}});
  EXPECT_FALSE(has_joined(one));
  pass(3s);
  EXPECT_TRUE(has_joined(one));
}

}  // namespace
}  // namespace odradek::group
