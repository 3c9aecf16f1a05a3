// SPDX-License-Identifier: Apache-2.0
#include "group/sync.h"

#include "support/group_script.h"

namespace odradek::group {
namespace {

using test::ErrorCode;
using namespace std::chrono_literals;

class SyncTest : public test::GroupScript {
 protected:
  // Two members that have joined and not synced; the first one leads.
  void SetUp() override {
    const auto one = join(join_request(), 3);
    const auto two = join(join_request(), 3);
    pass(6s);
    leader_ = joined(one).member_id;
    follower_ = joined(two).member_id;
    ASSERT_EQ(state(), State::completing_rebalance);
  }
  wire::SyncGroupRequest request() const {
    wire::SyncGroupRequest request;
    request.group_id = g;
    request.generation_id = {1};
    request.member_id = follower_;
    return request;
  }
  std::string leader_;
  std::string follower_;
};

TEST_F(SyncTest, EveryoneGetsWhatTheLeaderSays) {
  const auto early = sync(follower_, 1);
  EXPECT_FALSE(has_synced(early));
  const auto of_leader = synced(sync(leader_, 1, {{leader_, "A"}, {follower_, "B"}}));
  EXPECT_EQ(of_leader.assignment, blob("A"));
  EXPECT_EQ(of_leader.protocol_type, "consumer");
  EXPECT_EQ(of_leader.protocol_name, "range");
  EXPECT_EQ(synced(early).assignment, blob("B"));
  EXPECT_EQ(state(), State::stable);
  // Asked again it says the same.
  EXPECT_EQ(synced(sync(follower_, 1)).assignment, blob("B"));
  EXPECT_EQ(synced(sync(leader_, 1)).assignment, blob("A"));
}

TEST_F(SyncTest, WhoTheLeaderForgotGetsNothing) {
  (void)sync(leader_, 1, {{leader_, "A"}, {"nobody", "X"}});
  const auto reply = synced(sync(follower_, 1));
  EXPECT_EQ(reply.error_code, ErrorCode::none);
  EXPECT_TRUE(reply.assignment.empty());
}

TEST_F(SyncTest, AssignmentsAreOnRecord) {
  (void)sync(leader_, 1, {{leader_, "A"}, {follower_, "B"}});
  const auto copy = replayed();
  const Group& read = *copy->find(g);
  EXPECT_EQ(read.state, State::stable);
  EXPECT_EQ(read.generation, GenerationId{1});
  EXPECT_EQ(read.members.leader(), leader_);
  EXPECT_EQ(read.members.find(follower_)->assignment, blob("B"));
  EXPECT_EQ(read.members.find(follower_)->client_host, "/127.0.0.1");
  EXPECT_EQ(read.members.find(follower_)->rebalance_timeout, 60s);
}

TEST_F(SyncTest, AnotherGenerationIsIllegal) {
  EXPECT_EQ(synced(sync(leader_, 0)).error_code, ErrorCode::illegal_generation);
  EXPECT_EQ(synced(sync(leader_, 2)).error_code, ErrorCode::illegal_generation);
}

TEST_F(SyncTest, TheGenerationIsLookedAtBeforeTheProtocol) {
  auto both = request();
  both.generation_id = {7};
  both.protocol_name = "sticky";
  EXPECT_EQ(synced(sync(both)).error_code, ErrorCode::illegal_generation);
}

TEST_F(SyncTest, AStrangerIsUnknown) {
  EXPECT_EQ(synced(sync("nobody", 1)).error_code, ErrorCode::unknown_member_id);
  auto elsewhere = request();
  elsewhere.group_id = "no such group";
  EXPECT_EQ(synced(sync(elsewhere)).error_code, ErrorCode::unknown_member_id);
}

TEST_F(SyncTest, AnotherProtocolIsInconsistent) {
  auto other_type = request();
  other_type.protocol_type = "connect";
  EXPECT_EQ(synced(sync(other_type)).error_code, ErrorCode::inconsistent_group_protocol);
  auto other_name = request();
  other_name.protocol_name = "sticky";
  EXPECT_EQ(synced(sync(other_name)).error_code, ErrorCode::inconsistent_group_protocol);
  // Older clients do not say.
  EXPECT_FALSE(has_synced(sync(request())));
}

TEST_F(SyncTest, DuringARebalanceTheMemberHasToJoinAgain) {
  const auto waiting = sync(follower_, 1);
  (void)join(join_request(), 3);  // somebody new
  EXPECT_EQ(state(), State::preparing_rebalance);
  const auto told = synced(waiting);
  EXPECT_EQ(told.error_code, ErrorCode::rebalance_in_progress);
  EXPECT_EQ(told.protocol_name, std::nullopt);
  EXPECT_EQ(synced(sync(leader_, 1)).error_code, ErrorCode::rebalance_in_progress);
}

TEST_F(SyncTest, WhoAsksTwiceAtATimeIsAnsweredOnTheLaterRequest) {
  const auto first = sync(follower_, 1);
  const auto second = sync(follower_, 1);
  EXPECT_EQ(synced(first).error_code, ErrorCode::rebalance_in_progress);
  (void)sync(leader_, 1, {{follower_, "B"}});
  EXPECT_EQ(synced(second).assignment, blob("B"));
}

TEST_F(SyncTest, WhoNeverSyncsIsTakenOutWhenTimeIsUp) {
  (void)sync(leader_, 1, {{leader_, "A"}});
  for (int i = 0; i < 59; ++i) {
    pass(1s);
    EXPECT_EQ(heartbeat(leader_, 1), ErrorCode::none);
    EXPECT_EQ(heartbeat(follower_, 1), ErrorCode::none);
  }
  pass(1s);
  EXPECT_EQ(heartbeat(follower_, 1), ErrorCode::unknown_member_id);
  EXPECT_EQ(heartbeat(leader_, 1), ErrorCode::rebalance_in_progress);
}

TEST_F(SyncTest, ALeaderThatNeverSyncsIsTakenOutToo) {
  const auto waiting = sync(follower_, 1);
  for (int i = 0; i < 60; ++i) {
    EXPECT_EQ(heartbeat(leader_, 1), ErrorCode::none);
    pass(1s);
  }
  EXPECT_EQ(synced(waiting).error_code, ErrorCode::rebalance_in_progress);
  EXPECT_EQ(group()->members.leader(), follower_);
  const auto again = join(join_request(follower_));
  EXPECT_EQ(joined(again).generation_id, GenerationId{2});
}

TEST_F(SyncTest, WhatTheLogCannotTakeIsAnErrorForAll) {
  config_.max_record_bytes = 1000;
  const auto waiting = sync(follower_, 1);
  const auto refused = synced(sync(leader_, 1, {{leader_, std::string(1000, 'x')}}));
  EXPECT_EQ(refused.error_code, ErrorCode::unknown_server_error);
  EXPECT_EQ(synced(waiting).error_code, ErrorCode::unknown_server_error);
  EXPECT_EQ(state(), State::preparing_rebalance);
  // The group lives on.
  const auto one = join(join_request(leader_));
  (void)join(join_request(follower_));
  EXPECT_EQ(joined(one).generation_id, GenerationId{2});
  EXPECT_EQ(synced(sync(leader_, 2, {{leader_, "A"}})).assignment, blob("A"));
}

}  // namespace
}  // namespace odradek::group
