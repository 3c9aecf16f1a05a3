// SPDX-License-Identifier: Apache-2.0
// What becomes of replicas, logs and folders when the catalogue changes, without a loop.
#include "broker/partition_table.h"

#include "log/posix_file_system.h"
#include "support/temporary_directory.h"

#include <gtest/gtest.h>

#include <filesystem>

namespace odradek::broker {
namespace {

using wire::ErrorCode;
constexpr NodeId me{1}, other{2}, third{3};
constexpr PartitionId zero{0};

class PartitionTableTest : public testing::Test {
 protected:
  void SetUp() override {
    directory_ = *log::DataDirectory::open(files_, root_.path());
    table_ = std::make_unique<PartitionTable>(Partition::Shared{files_, *directory_, cache_},
                                              defaults_, me);
    for (const NodeId node : {me, other, third}) view_.apply(meta::NodeStartedRecord{node});
  }
  void make_topic(NodeId leader) {
    view_.apply(meta::TopicRecord{
        id_, "t", {{.replicas = {me, other}, .leader = leader, .leader_epoch = {0}}}, {}});
    (void)table_->update(view_);
  }
  PartitionTable::Changes lead(NodeId leader, const std::vector<NodeId>& replicas = {me, other}) {
    const LeaderEpoch epoch{view_.find("t")->partitions[0].leader_epoch.value + 1};
    view_.apply(meta::PartitionsChangedRecord{
        id_, {{zero, {.replicas = replicas, .leader = leader, .leader_epoch = epoch}}}});
    return table_->update(view_);
  }
  Partition& partition() { return *table_->replica(id_, zero); }
  bool has_folder() const { return std::filesystem::exists(root_ / "t-0"); }

  test::TemporaryDirectory root_;
  log::PosixFileSystem files_;
  log::TailCache cache_{1 << 20};
  meta::TopicOptions defaults_;
  meta::CatalogueView view_;
  Uuid id_ = Uuid::random();
  std::unique_ptr<log::DataDirectory> directory_;
  std::unique_ptr<PartitionTable> table_;
};

TEST_F(PartitionTableTest, TheFirstLeaderMakesTheLogAndTakesItAlongWhenItGoes) {
  make_topic(me);
  ASSERT_TRUE(partition().log());
  auto changes = lead(other);
  ASSERT_EQ(changes.departures.size(), 1U);
  EXPECT_EQ(changes.departures[0].new_leader, other);
  EXPECT_NE(changes.departures[0].log, nullptr);
  EXPECT_EQ(table_->find("t", zero).error, ErrorCode::not_leader_or_follower);
  EXPECT_EQ(table_->find_replica("t", zero).error, ErrorCode::none);
}

TEST_F(PartitionTableTest, ALaterLeaderRefusesUntilTheLogHasCome) {
  make_topic(me);
  ASSERT_TRUE(partition().log());
  auto log = std::move(lead(other).departures[0].log);
  (void)lead(me);
  EXPECT_EQ(table_->open("t", zero).error, ErrorCode::not_leader_or_follower);
  EXPECT_EQ(table_->open("t", zero, LeaderEpoch{0}).error, ErrorCode::fenced_leader_epoch);
  log::PartitionLog* const sent = log.get();
  partition().accept(std::move(log));
  EXPECT_EQ(table_->open("t", zero, LeaderEpoch{2}).log, sent);
  EXPECT_EQ(sent->leader_epochs().latest(), LeaderEpoch{2});
}

TEST_F(PartitionTableTest, OneWhoNeverGotTheLogHasNothingToPassOnButWhatItHeard) {
  make_topic(other);
  (void)lead(me);
  partition().synced({7, {}});
  const auto changes = lead(third, {me, third});
  EXPECT_TRUE(changes.departures.empty());
  ASSERT_EQ(changes.late_syncs.size(), 1U);
  EXPECT_EQ(changes.late_syncs[0].outcome.sync, 7U);
  EXPECT_EQ(changes.late_syncs[0].topic_id, id_);
}

TEST_F(PartitionTableTest, ALeaderThatIsNoReplicaAnyMoreGivesTheLogAndForgets) {
  make_topic(me);
  ASSERT_TRUE(partition().log());
  const auto changes = lead(third, {third});
  EXPECT_EQ(changes.departures.size(), 1U);
  EXPECT_EQ(table_->replica(id_, zero), nullptr);
  EXPECT_EQ(table_->find_replica(id_, zero).error, ErrorCode::not_leader_or_follower);
  EXPECT_TRUE(has_folder());
}

TEST_F(PartitionTableTest, OnlyWhoHasTheLogClearsAwayADeletedTopic) {
  make_topic(me);
  ASSERT_TRUE(partition().log());
  (void)lead(other);
  view_.apply(meta::TopicRemovedRecord{id_});
  EXPECT_TRUE(table_->update(view_).set_aside.empty());
  EXPECT_TRUE(has_folder());
  // The log was on its way and comes back: whoever gets it asks for this.
  EXPECT_FALSE(table_->set_aside("t", id_, zero).empty());
  EXPECT_FALSE(has_folder());
}

TEST_F(PartitionTableTest, ATopicThatIsMadeAgainIsAnotherOne) {
  make_topic(me);
  ASSERT_TRUE(partition().log());
  const Uuid deleted = id_;
  view_.apply(meta::TopicRemovedRecord{id_});
  id_ = Uuid::random();
  view_.apply(meta::TopicRecord{id_, "t", {{.replicas = {me}, .leader = me}}, {}});
  EXPECT_EQ(table_->update(view_).set_aside.size(), 1U);
  EXPECT_EQ(table_->find(deleted, zero).error, ErrorCode::unknown_topic_id);
  EXPECT_TRUE(partition().log());
}

}  // namespace
}  // namespace odradek::broker
