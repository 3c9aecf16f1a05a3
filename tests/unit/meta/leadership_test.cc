// SPDX-License-Identifier: Apache-2.0
#include "meta/leadership.h"

#include "meta/replica_placement.h"

#include <gtest/gtest.h>

#include <set>

namespace odradek::meta {
namespace {

constexpr NodeId one{1}, two{2}, three{3}, nobody{-1};
using Nodes = std::vector<NodeId>;

class LeadershipTest : public testing::Test {
 protected:
  void SetUp() override {
    for (const NodeId node : {one, two, three}) view_.apply(NodeStartedRecord{node});
  }
  void make_topic(const Nodes& replicas) {
    view_.apply(TopicRecord{
        id_, "t", {{.replicas = replicas, .leader = replicas.front(), .leader_epoch = {0}}}, {}});
  }
  void apply(const Records& records) { view_.apply(view_.version() + 1, records); }
  const PartitionRecord& partition() const { return view_.find("t")->partitions[0]; }
  NodeId leader() const { return view_.leader_of(partition()); }

  Uuid id_ = Uuid::random();
  CatalogueView view_;
};

TEST_F(LeadershipTest, AStoppedLeaderIsFollowedByTheNextReplicaInAHigherEpoch) {
  make_topic({two, three, one});
  apply(stop_node(view_, two));
  EXPECT_EQ(leader(), three);
  EXPECT_EQ(partition().leader_epoch, LeaderEpoch{1});
  EXPECT_EQ(view_.in_sync_replicas(partition()), (Nodes{three, one}));
  EXPECT_EQ(view_.offline_replicas(partition()), Nodes{two});
}

TEST_F(LeadershipTest, AFollowerThatStopsChangesNeitherLeaderNorEpoch) {
  make_topic({two, three});
  apply(stop_node(view_, three));
  EXPECT_EQ(leader(), two);
  EXPECT_EQ(partition().leader_epoch, LeaderEpoch{0});
}

TEST_F(LeadershipTest, WithItsOnlyReplicaDownAPartitionHasNoLeaderUntilThatIsBack) {
  make_topic({two});
  apply(stop_node(view_, two));
  EXPECT_EQ(leader(), nobody);
  EXPECT_EQ(view_.in_sync_replicas(partition()), Nodes{two});
  EXPECT_EQ(partition().leader_epoch, LeaderEpoch{1});
  apply(start_node(view_, two));
  EXPECT_EQ(leader(), two);
  EXPECT_EQ(partition().leader_epoch, LeaderEpoch{2});
}

TEST_F(LeadershipTest, ANodeThatComesBackLeadsAgainOnlyWhenElected) {
  make_topic({one, two});
  apply(stop_node(view_, one));
  apply(start_node(view_, one));
  EXPECT_EQ(leader(), two);
  apply(elect_preferred_leaders(view_));
  EXPECT_EQ(leader(), one);
  EXPECT_EQ(partition().leader_epoch, LeaderEpoch{2});
  EXPECT_TRUE(elect_preferred_leaders(view_).empty());
}

TEST_F(LeadershipTest, APreferredLeaderThatIsDownIsNotElected) {
  make_topic({one, two});
  apply(stop_node(view_, one));
  EXPECT_FALSE(with_preferred_leader(view_, partition()));
}

TEST_F(LeadershipTest, TheFirstReplicaToComeBackLeads) {
  make_topic({one, two});
  apply(stop_node(view_, two));
  apply(stop_node(view_, one));
  EXPECT_EQ(leader(), nobody);
  apply(start_node(view_, two));
  EXPECT_EQ(leader(), two);
}

TEST_F(LeadershipTest, AReassignmentToNodesThatAreUpIsDoneAtOnce) {
  make_topic({one, two});
  const auto now = reassigned(view_, partition(), {three, two});
  EXPECT_EQ(now.replicas, (Nodes{three, two}));
  EXPECT_EQ(now.leader, three);
  EXPECT_EQ(now.leader_epoch, LeaderEpoch{1});
  EXPECT_FALSE(now.is_being_reassigned());
}

TEST_F(LeadershipTest, AReassignmentThatKeepsTheLeaderLeavesItWhereItIs) {
  make_topic({one, two});
  const auto now = reassigned(view_, partition(), {two, one, three});
  EXPECT_EQ(now.leader, one);
  EXPECT_EQ(now.leader_epoch, LeaderEpoch{0});
}

TEST_F(LeadershipTest, AReassignmentWaitsForEveryNodeOfItsTarget) {
  make_topic({one, two, three});
  apply(stop_node(view_, two));
  const auto now = reassigned(view_, partition(), {one, two});
  EXPECT_EQ(now.removing_replicas, Nodes{three});
  EXPECT_TRUE(now.is_being_reassigned());
}

TEST_F(LeadershipTest, AReassignmentWaitsForItsNodesAndCanBeCancelled) {
  make_topic({one, two});
  apply(stop_node(view_, three));
  const auto waits = reassigned(view_, partition(), {three, two});
  EXPECT_EQ(waits.replicas, (Nodes{three, two, one}));
  EXPECT_EQ(waits.adding_replicas, Nodes{three});
  EXPECT_EQ(waits.removing_replicas, Nodes{one});
  EXPECT_EQ(waits.leader, one);
  const auto back = with_reassignment_cancelled(view_, waits);
  EXPECT_EQ(back.replicas, (Nodes{two, one}));
  EXPECT_FALSE(back.is_being_reassigned());

  PartitionChanges changes;
  changes.add(id_, PartitionId{0}, waits);
  apply(changes.take());
  apply(start_node(view_, three));
  EXPECT_EQ(partition().replicas, (Nodes{three, two}));
  EXPECT_EQ(leader(), three);
  EXPECT_FALSE(partition().is_being_reassigned());
}

TEST_F(LeadershipTest, AtTheStartNodesThatAreGoneAreDownAndTheirPartitionsAdopted) {
  make_topic({three});
  view_.apply(TopicRecord{Uuid::random(), "u", {{.replicas = {two, one}, .leader = two}}, {}});
  apply(start_cluster(view_, {one}));
  EXPECT_EQ(partition().replicas, Nodes{one});
  EXPECT_EQ(leader(), one);
  const auto& other = view_.find("u")->partitions[0];
  EXPECT_EQ(other.replicas, (Nodes{two, one}));
  EXPECT_EQ(other.leader, one);
  EXPECT_FALSE(view_.is_up(three));
}

TEST_F(LeadershipTest, ASnapshotKeepsNodesAndReassignments) {
  make_topic({one, two});
  apply(stop_node(view_, three));
  PartitionChanges changes;
  changes.add(id_, PartitionId{0}, reassigned(view_, partition(), {three}));
  apply(changes.take());
  CatalogueView copy;
  copy.apply(view_.version(), view_.snapshot());
  EXPECT_EQ(copy.find("t")->partitions[0], partition());
  EXPECT_EQ(copy.nodes(), view_.nodes());
}

std::vector<PlacementNode> nodes_in(const std::vector<const char*>& racks) {
  std::vector<PlacementNode> nodes;
  for (const char* rack : racks) {
    nodes.push_back({{static_cast<std::int32_t>(nodes.size()) + 1}, rack, true});
  }
  return nodes;
}

TEST(ReplicaPlacementTest, SpreadsLeadersEvenlyAndPutsNoReplicaTwiceOnANode) {
  ReplicaPlacement placement(nodes_in({"a", "a", "a"}), 0);
  std::map<NodeId, int> leaders;
  for (int i = 0; i < 30; ++i) {
    const auto placed = placement.place(3);
    ++leaders[placed.leader];
    EXPECT_EQ(std::set(placed.replicas.begin(), placed.replicas.end()).size(), 3U);
    EXPECT_EQ(placed.leader, placed.replicas.front());
  }
  for (const NodeId node : {one, two, three}) EXPECT_EQ(leaders[node], 10);
}

TEST(ReplicaPlacementTest, UsesEveryRackBeforeItUsesOneTwice) {
  const auto nodes = nodes_in({"a", "b", "b", "c", "a", "c"});
  ReplicaPlacement placement(nodes, 4);
  std::map<NodeId, int> leaders;
  for (int i = 0; i < 60; ++i) {
    const auto placed = placement.place(3);
    ++leaders[placed.leader];
    std::set<std::string> racks;
    for (const NodeId node : placed.replicas) {
      racks.insert(*nodes[static_cast<std::size_t>(node.value - 1)].rack);
    }
    EXPECT_EQ(racks.size(), 3U);
  }
  for (const auto& node : nodes) EXPECT_EQ(leaders[node.id], 10);
}

TEST(ReplicaPlacementTest, ANodeThatIsDownIsTakenLastAndDoesNotLead) {
  auto nodes = nodes_in({"a", "a", "a"});
  nodes[1].is_up = false;
  ReplicaPlacement placement(nodes, 0);
  for (int i = 0; i < 9; ++i) {
    EXPECT_FALSE(placement.place(2).is_replica(two));
    const auto placed = placement.place(3);
    EXPECT_NE(placed.leader, two);
    EXPECT_TRUE(placed.is_replica(two));
  }
}

}  // namespace
}  // namespace odradek::meta
