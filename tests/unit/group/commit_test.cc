// SPDX-License-Identifier: Apache-2.0
#include "group/commit.h"

#include "support/group_script.h"

namespace odradek::group {
namespace {

using test::ErrorCode;
using namespace std::chrono_literals;
using std::chrono::milliseconds;

class CommitTest : public test::GroupScript {};

TEST_F(CommitTest, WithoutMembersAnybodyMay) {
  EXPECT_EQ(commit(7), ErrorCode::none);
  EXPECT_EQ(committed(), 7);
  EXPECT_EQ(state(), State::empty);
  EXPECT_EQ(group()->protocol_type, std::nullopt);
  EXPECT_EQ(replayed()->find_offset(g, "t", {0})->offset, Offset{7});
}

TEST_F(CommitTest, AGenerationWithoutAGroupIsRefusedAsTheClientExpects) {
  EXPECT_EQ(commit(7, "m", 3, 8), ErrorCode::illegal_generation);
  EXPECT_EQ(commit(7, "m", 3, 9), ErrorCode::group_id_not_found);
  EXPECT_EQ(group(), nullptr);
}

TEST_F(CommitTest, WithMembersOnlyTheyMay) {
  const auto ids = a_stable_group(1);
  EXPECT_EQ(commit(1), ErrorCode::unknown_member_id);
  EXPECT_EQ(commit(1, "nobody", 1), ErrorCode::unknown_member_id);
  EXPECT_EQ(commit(1, ids[0], 0), ErrorCode::illegal_generation);
  EXPECT_EQ(commit(1, ids[0], 2), ErrorCode::illegal_generation);
  EXPECT_EQ(commit(1, ids[0], -1), ErrorCode::illegal_generation);
  EXPECT_EQ(committed(), std::nullopt);
  EXPECT_EQ(commit(1, ids[0], 1), ErrorCode::none);
  EXPECT_EQ(committed(), 1);
}

TEST_F(CommitTest, AMemberMayCommitWhileTheOthersAreAskedToJoin) {
  const auto ids = a_stable_group(2);
  (void)join(join_request(ids[0]));
  EXPECT_EQ(commit(5, ids[1], 1), ErrorCode::none);
  (void)join(join_request(ids[1]));
  EXPECT_EQ(state(), State::completing_rebalance);
  EXPECT_EQ(commit(6, ids[1], 2), ErrorCode::rebalance_in_progress);
  EXPECT_EQ(committed(), 5);
}

TEST_F(CommitTest, AnEmptyGroupKnowsNoMembers) {
  const auto ids = a_stable_group(1);
  (void)leave({{ids[0], {}, {}}});
  EXPECT_EQ(commit(5, ids[0], 1), ErrorCode::unknown_member_id);
  EXPECT_EQ(commit(5), ErrorCode::none);
}

TEST_F(CommitTest, MetadataHaveALimitInUtf16Units) {
  const auto commit_text = [&](const std::string& text) {
    ErrorCode error{};
    run([&](Actions& actions) {
      OffsetCommitValue value;
      value.metadata = text;
      error = coordinator_->commit({std::string(g), "t", {0}}, value, actions);
    });
    return error;
  };
  EXPECT_EQ(commit(1), ErrorCode::none);
  EXPECT_EQ(commit_text(std::string(4097, 'x')), ErrorCode::offset_metadata_too_large);
  EXPECT_EQ(committed(), 1);
  std::string umlauts;
  for (int i = 0; i < 4096; ++i) umlauts += "ü";
  EXPECT_EQ(commit_text(umlauts), ErrorCode::none);
  EXPECT_EQ(replayed()->find_offset(g, "t", {0})->metadata, umlauts);
}

TEST_F(CommitTest, WhatOneCommitMayWriteIsBounded) {
  (void)commit(1);
  run([&](Actions& actions) {
    OffsetCommitValue value;
    value.metadata = std::string(4096, 'x');
    const OffsetCommitKey key{std::string(g), std::string(200, 't'), {0}};
    std::size_t accepted = 0;
    while (coordinator_->commit(key, value, actions) == ErrorCode::none) ++accepted;
    EXPECT_EQ(coordinator_->commit(key, value, actions), ErrorCode::invalid_commit_offset_size);
    EXPECT_EQ(accepted, max_commit_bytes / actions.records[0].size());
  });
}

TEST_F(CommitTest, OffsetsOfATopicThatIsReadStay) {
  const auto ids = a_stable_group(1);
  EXPECT_EQ(commit(1, ids[0], 1), ErrorCode::none);
  EXPECT_EQ(coordinator_->check_delete_offsets(g), ErrorCode::none);
  run([&](Actions& actions) {
    EXPECT_EQ(coordinator_->delete_offset({std::string(g), "t", {0}}, actions),
              ErrorCode::group_subscribed_to_topic);
  });
  run([&](Actions& actions) { EXPECT_EQ(commit_to("u", 0, 3, actions), ErrorCode::none); });
  run([&](Actions& actions) {
    EXPECT_EQ(coordinator_->delete_offset({std::string(g), "u", {0}}, actions), ErrorCode::none);
    EXPECT_EQ(actions.records.size(), 1U);
    EXPECT_EQ(coordinator_->delete_offset({std::string(g), "u", {0}}, actions), ErrorCode::none);
    EXPECT_EQ(actions.records.size(), 1U) << "there is nothing to delete";
  });
  EXPECT_EQ(committed("u"), std::nullopt);
  EXPECT_EQ(replayed()->find_offset(g, "u", {0}), nullptr);
}

TEST_F(CommitTest, OffsetsOfAGroupThatIsNoConsumersStayWhileItHasMembers) {
  auto connect = join_request();
  connect.protocol_type = "connect";
  (void)join(connect, 3);
  EXPECT_EQ(coordinator_->check_delete_offsets(g), ErrorCode::non_empty_group);
  EXPECT_EQ(coordinator_->check_delete_offsets("nobody"), ErrorCode::group_id_not_found);
}

TEST_F(CommitTest, ADeletedTopicIsForgottenUnlessItIsAnother) {
  Uuid old_id;
  old_id.bytes[0] = std::byte{1};
  Uuid new_id;
  new_id.bytes[0] = std::byte{2};
  run([&](Actions& actions) {
    OffsetCommitValue value;
    value.topic_id = new_id;
    (void)coordinator_->check_commit({.group_id = std::string(g)}, 8, now_);
    (void)coordinator_->commit({std::string(g), "t", {0}}, value, actions);
    value.topic_id = {};
    (void)coordinator_->commit({std::string(g), "t", {1}}, value, actions);
  });
  run([&](Actions& actions) {
    coordinator_->forget_topics([&](const std::string&, const Uuid& id) { return id == new_id; },
                                actions);
  });
  EXPECT_TRUE(committed("t", 0)) << "of the topic that was made after it";
  EXPECT_FALSE(committed("t", 1)) << "nobody knows of which it was";
  run([&](Actions& actions) {
    coordinator_->forget_topics([](const std::string&, const Uuid&) { return false; }, actions);
  });
  EXPECT_FALSE(committed("t", 0));
}

class RetentionTest : public test::GroupScript {
 protected:
  void clean_up() {
    run([&](Actions& actions) { coordinator_->clean_up(now_.time, actions); });
  }
  static constexpr milliseconds retention = std::chrono::hours{24 * 7};
};

TEST_F(RetentionTest, OffsetsOfNobodyGoByTheTimeOfTheCommit) {
  (void)commit(1);
  pass(retention - 1ms);
  clean_up();
  EXPECT_EQ(committed(), 1);
  pass(1ms);
  clean_up();
  EXPECT_EQ(committed(), std::nullopt);
  EXPECT_EQ(group(), nullptr) << "nothing is left of the group";
  EXPECT_EQ(replayed()->find(g), nullptr);
}

TEST_F(RetentionTest, ThoseOfAnEmptyGroupGoByTheTimeItIsEmpty) {
  const auto ids = a_stable_group(1);
  (void)commit(1, ids[0], 1);
  for (int i = 0; i < 10; ++i) {
    pass(9s);
    (void)heartbeat(ids[0], 1);
  }
  (void)leave({{ids[0], {}, {}}});
  pass(retention - 1ms);
  clean_up();
  EXPECT_EQ(committed(), 1);
  restart();  // the time is on record
  pass(1ms);
  clean_up();
  EXPECT_EQ(committed(), std::nullopt);
}

TEST_F(RetentionTest, WhereNobodyKnowsSinceWhenItIsEmptyTheCommitCounts) {
  GroupMetadataValue value;  // as a record of version 1 is read
  value.protocol_type = "consumer";
  log_.push_back(record_of(GroupMetadataKey{std::string(g)}, value));
  restart();
  (void)commit(1);
  pass(retention - 1ms);
  clean_up();
  EXPECT_EQ(committed(), 1);
  pass(1ms);
  clean_up();
  EXPECT_EQ(committed(), std::nullopt);
}

TEST_F(RetentionTest, ThoseThatAreReadStay) {
  const auto ids = a_stable_group(1);
  (void)commit(1, ids[0], 1);
  run([&](Actions& actions) { (void)commit_to("no longer read", 0, 2, actions); });
  config_.offsets_retention = 1s;
  pass(2s);
  clean_up();
  EXPECT_EQ(committed(), 1);
  EXPECT_EQ(committed("no longer read"), std::nullopt);
  EXPECT_EQ(state(), State::stable);
}

TEST_F(RetentionTest, NothingGoesDuringARebalance) {
  const auto ids = a_stable_group(2);
  run([&](Actions& actions) { (void)commit_to("u", 0, 2, actions); });
  config_.offsets_retention = 1s;
  pass(2s);
  (void)join(join_request(ids[0]));
  clean_up();
  EXPECT_EQ(committed("u"), 2);
}

TEST_F(RetentionTest, WhereNobodyKnowsWhatIsReadNothingGoes) {
  auto opaque = join_request();
  opaque.protocols = {{"range", blob("x")}};
  const auto ticket = join(opaque, 3);
  pass(3s);
  const std::string id = joined(ticket).member_id;
  (void)sync(id, 1, {{id, "A"}});
  (void)commit(1, id, 1);
  config_.offsets_retention = 1s;
  pass(2s);
  clean_up();
  EXPECT_EQ(committed(), 1);
}

TEST_F(RetentionTest, ATimeThatTheClientNamedCounts) {
  run([&](Actions& actions) {
    OffsetCommitValue value;
    value.offset = {1};
    value.commit_timestamp = now_.time;
    value.expire_timestamp = now_.time + 5000;
    (void)coordinator_->check_commit({.group_id = std::string(g)}, 2, now_);
    (void)coordinator_->commit({std::string(g), "t", {0}}, value, actions);
  });
  restart();
  pass(4999ms);
  clean_up();
  EXPECT_EQ(committed(), 1);
  pass(1ms);
  clean_up();
  EXPECT_EQ(committed(), std::nullopt);
}

TEST_F(RetentionTest, AGroupThatNeverHadAnythingGoes) {
  (void)new_member_id();
  clean_up();
  EXPECT_NE(group(), nullptr) << "somebody is about to join";
  pass(10s);
  clean_up();
  EXPECT_EQ(group(), nullptr);
}

}  // namespace
}  // namespace odradek::group
