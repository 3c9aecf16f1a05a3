// SPDX-License-Identifier: Apache-2.0
#include "broker/fetch_sessions.h"

#include <gtest/gtest.h>

namespace odradek::broker {
namespace {

using wire::ErrorCode;
using wire::FetchRequest;

constexpr wire::Version by_name = 12;
constexpr wire::Version by_id = 13;

FetchRequest a_request(SessionId session, std::int32_t epoch,
                       std::initializer_list<int> partitions = {}) {
  FetchRequest request;
  request.session_id = session;
  request.session_epoch = epoch;
  if (partitions.size() == 0) return request;
  auto& topic = request.topics.emplace_back();
  topic.topic = "t";
  for (const int id : partitions) {
    topic.partitions.emplace_back().partition = PartitionId{id};
  }
  return request;
}

class FetchSessionsTest : public testing::Test {
 protected:
  FetchSessions::Context begin(const FetchRequest& request, wire::Version version = by_name) {
    return sessions_.begin(request, version, now_);
  }
  SessionId open(std::initializer_list<int> partitions = {0, 1}) {
    return begin(a_request(SessionId{0}, 0, partitions)).session_id();
  }

  FetchSessions sessions_{2};
  Clock::time_point now_{};
};

TEST_F(FetchSessionsTest, WithoutASessionAllIsAskedForEachTime) {
  auto context = begin(a_request(SessionId{0}, -1, {0, 1}));
  EXPECT_EQ(context.session_id(), SessionId{0});
  EXPECT_EQ(context.asked().size(), 2U);
  EXPECT_EQ(sessions_.size(), 0U);
}

TEST_F(FetchSessionsTest, ASessionRemembersItsPartitions) {
  const SessionId id = open();
  ASSERT_NE(id, SessionId{0});
  auto context = begin(a_request(id, 1));
  EXPECT_TRUE(context.is_incremental);
  EXPECT_EQ(context.asked().size(), 2U);
}

TEST_F(FetchSessionsTest, PartitionsAreAddedChangedAndForgotten) {
  const SessionId id = open();
  auto request = a_request(id, 1, {1, 2});
  request.topics[0].partitions[0].fetch_offset = Offset{9};
  auto& forgotten = request.forgotten_topics_data.emplace_back();
  forgotten.topic = "t";
  forgotten.partitions = {PartitionId{0}};
  auto context = begin(request);
  ASSERT_EQ(context.asked().size(), 2U);
  EXPECT_EQ(context.asked().front().partition, PartitionId{1});
  EXPECT_EQ(context.asked().front().fetch_offset, Offset{9});
}

TEST_F(FetchSessionsTest, AddingAndForgettingTheSameTwiceDoesNoHarm) {
  const SessionId id = open();
  auto request = a_request(id, 1, {2, 2});
  auto& forgotten = request.forgotten_topics_data.emplace_back();
  forgotten.topic = "t";
  forgotten.partitions = {PartitionId{0}, PartitionId{0}, PartitionId{2}, PartitionId{9}};
  auto context = begin(request);
  ASSERT_EQ(context.asked().size(), 1U);
  EXPECT_EQ(context.asked().front().partition, PartitionId{1});
}

TEST_F(FetchSessionsTest, TheEpochMustBeTheNextOne) {
  const SessionId id = open();
  EXPECT_EQ(begin(a_request(id, 2)).error, ErrorCode::invalid_fetch_session_epoch);
  EXPECT_EQ(begin(a_request(id, 1)).error, ErrorCode::none);
  EXPECT_EQ(begin(a_request(id, 1)).error, ErrorCode::invalid_fetch_session_epoch);
}

TEST_F(FetchSessionsTest, AnUnknownSessionIsSaidSo) {
  EXPECT_EQ(begin(a_request(SessionId{77}, 1)).error, ErrorCode::fetch_session_id_not_found);
}

TEST_F(FetchSessionsTest, NamesAndIdsDoNotMix) {
  const SessionId id = open();
  EXPECT_EQ(begin(a_request(id, 1), by_id).error, ErrorCode::fetch_session_topic_id_error);
}

TEST_F(FetchSessionsTest, TheFinalEpochCloses) {
  const SessionId id = open();
  begin(a_request(id, -1));
  EXPECT_EQ(sessions_.size(), 0U);
}

TEST_F(FetchSessionsTest, AFullCacheGivesUpOnlyTheSilent) {
  const SessionId first = open();
  open();
  EXPECT_EQ(open(), SessionId{0});  // no room, and no error
  now_ += FetchSessions::silence_before_eviction;
  EXPECT_NE(open(), SessionId{0});
  EXPECT_EQ(sessions_.size(), 2U);
  (void)first;
}

}  // namespace
}  // namespace odradek::broker
