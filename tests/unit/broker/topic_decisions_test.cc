// SPDX-License-Identifier: Apache-2.0
// What becomes of wishes for topics and configurations, without a socket.
#include "broker/config_change.h"
#include "broker/topic_creation.h"

#include <gtest/gtest.h>

namespace odradek::broker {
namespace {

using wire::ErrorCode;
using Wish = wire::CreateTopicsRequest::CreatableTopic;

class TopicCreationTest : public testing::Test {
 protected:
  void SetUp() override { add_node(1); }
  void add_node(int id) {
    cluster_.members.push_back({{id}, std::nullopt, {}});
    view_.apply(meta::NodeStartedRecord{{id}});
  }
  ErrorCode decide(const Wish& wish) { return decide_topic(wish, view_, options_, cluster_).error; }
  void has_topic(const std::string& name) {
    auto created = decide_topic({.name = name, .num_partitions = 1, .replication_factor = 1}, view_,
                                options_, cluster_);
    view_.apply(*created.topic);
  }
  BrokerOptions options_;
  Cluster cluster_;
  meta::CatalogueView view_;
};

TEST_F(TopicCreationTest, TakesDefaultsForMinusOne) {
  options_.num_partitions.assign(7);
  const auto created = decide_topic({.name = "t", .num_partitions = -1, .replication_factor = -1},
                                    view_, options_, cluster_);
  ASSERT_TRUE(created.topic);
  EXPECT_EQ(created.topic->partitions.size(), 7U);
}

TEST_F(TopicCreationTest, RefusesWhatKafkaRefuses) {
  has_topic("a.b");
  EXPECT_EQ(decide({.name = "a.b", .num_partitions = 1, .replication_factor = 1}),
            ErrorCode::topic_already_exists);
  EXPECT_EQ(decide({.name = "a_b", .num_partitions = 1, .replication_factor = 1}),
            ErrorCode::invalid_topic_exception);
  EXPECT_EQ(decide({.name = "../x", .num_partitions = 1, .replication_factor = 1}),
            ErrorCode::invalid_topic_exception);
  EXPECT_EQ(decide({.name = "t", .num_partitions = 0, .replication_factor = 1}),
            ErrorCode::invalid_partitions);
  EXPECT_EQ(decide({.name = "t", .num_partitions = -2, .replication_factor = 1}),
            ErrorCode::invalid_partitions);
  EXPECT_EQ(decide({.name = "t", .num_partitions = 1, .replication_factor = 0}),
            ErrorCode::invalid_replication_factor);
  EXPECT_EQ(decide({.name = "t", .num_partitions = 1, .replication_factor = 3}),
            ErrorCode::invalid_replication_factor);
}

TEST_F(TopicCreationTest, HasAsManyReplicasAsThereAreNodes) {
  add_node(2);
  add_node(3);
  EXPECT_EQ(decide({.name = "t", .num_partitions = 1, .replication_factor = 3}), ErrorCode::none);
  EXPECT_EQ(decide({.name = "t", .num_partitions = 1, .replication_factor = 4}),
            ErrorCode::invalid_replication_factor);
  options_.default_replication_factor.assign(5);
  EXPECT_EQ(decide({.name = "t", .num_partitions = 1, .replication_factor = -1}), ErrorCode::none);
}

TEST_F(TopicCreationTest, OneTopicAfterTheOtherGoesToTheNextNode) {
  add_node(2);
  add_node(3);
  for (const char* name : {"a", "b", "c", "d", "e", "f"}) has_topic(name);
  std::map<NodeId, int> leaders;
  for (const auto& [name, topic] : view_.topics()) ++leaders[topic->partitions[0].leader];
  for (const auto& [node, count] : leaders) EXPECT_EQ(count, 2);
  EXPECT_EQ(leaders.size(), 3U);
}

TEST_F(TopicCreationTest, NothingIsMadeWhileNobodyIsUp) {
  view_.apply(meta::NodeStoppedRecord{NodeId{1}});
  EXPECT_EQ(decide({.name = "t", .num_partitions = 1, .replication_factor = 1}),
            ErrorCode::invalid_replication_factor);
}

TEST_F(TopicCreationTest, TakesReplicasAsTheyAreAssigned) {
  add_node(2);
  add_node(3);
  view_.apply(meta::NodeStoppedRecord{NodeId{3}});
  const auto assigned = [](std::vector<std::vector<NodeId>> replicas) {
    Wish wish{.name = "t", .num_partitions = -1, .replication_factor = -1};
    for (auto& each : replicas) {
      const PartitionId id{static_cast<std::int32_t>(wish.assignments.size())};
      wish.assignments.push_back({id, std::move(each)});
    }
    return wish;
  };
  constexpr NodeId one{1}, two{2}, three{3}, four{4};
  const auto created =
      decide_topic(assigned({{two, one}, {three, two}}), view_, options_, cluster_);
  ASSERT_TRUE(created.topic) << created.message;
  EXPECT_EQ(created.topic->partitions[0].leader, two);
  EXPECT_EQ(created.topic->partitions[1].leader, two);  // the first that is up
  const auto bad = ErrorCode::invalid_replica_assignment;
  EXPECT_EQ(decide(assigned({{one, four}})), bad);
  EXPECT_EQ(decide(assigned({{one, one}})), bad);
  EXPECT_EQ(decide(assigned({{one}, {one, two}})), bad);
  EXPECT_EQ(decide(assigned({{one}, {}})), bad);
  EXPECT_EQ(decide(assigned({{three}})), bad);
}

TEST_F(TopicCreationTest, ChecksAssignments) {
  const auto assigned = [](std::initializer_list<int> ids, int node, int count = -1) {
    Wish wish{.name = "t", .num_partitions = count, .replication_factor = -1};
    for (const int id : ids) wish.assignments.push_back({PartitionId{id}, {NodeId{node}}});
    return wish;
  };
  EXPECT_EQ(decide(assigned({1, 0}, 1)), ErrorCode::none);
  EXPECT_EQ(decide(assigned({0, 1}, 1, 2)), ErrorCode::invalid_request);
  EXPECT_EQ(decide(assigned({0, 2}, 1)), ErrorCode::invalid_replica_assignment);
  EXPECT_EQ(decide(assigned({0, 0}, 1)), ErrorCode::invalid_replica_assignment);
  EXPECT_EQ(decide(assigned({0}, 9)), ErrorCode::invalid_replica_assignment);
}

TEST_F(TopicCreationTest, ChecksConfigs) {
  const auto with = [](const std::string& name, std::optional<std::string> value) {
    Wish wish{.name = "t", .num_partitions = 1, .replication_factor = 1};
    wish.configs.push_back({name, std::move(value)});
    return wish;
  };
  EXPECT_EQ(decide(with("segment.bytes", "1048576")), ErrorCode::none);
  EXPECT_EQ(decide(with("segment.bytes", "14")), ErrorCode::invalid_config);
  EXPECT_EQ(decide(with("no.such", "1")), ErrorCode::invalid_config);
  EXPECT_EQ(decide(with("segment.bytes", std::nullopt)), ErrorCode::invalid_config);
}

class ConfigChangeTest : public TopicCreationTest {
 protected:
  void SetUp() override {
    TopicCreationTest::SetUp();
    has_topic("t");
  }
  ConfigChange change(const std::vector<ConfigWish>& wishes) {
    return change_configs(topic_, wishes, view_, config_);
  }
  void apply(const ConfigChange& change) {
    for (const auto& record : change.records) view_.apply(record);
  }
  const ConfigTarget topic_{wire::ConfigResourceType::topic, "t"};
  BrokerConfig config_;
};

TEST_F(ConfigChangeTest, AppendsAndSubtractsOnListsOnly) {
  apply(change({{"cleanup.policy", wire::ConfigOperation::append, "compact"}}));
  EXPECT_EQ(view_.find("t")->configs.at("cleanup.policy"), "delete,compact");
  apply(change({{"cleanup.policy", wire::ConfigOperation::subtract, "delete"}}));
  EXPECT_EQ(view_.find("t")->configs.at("cleanup.policy"), "compact");
  EXPECT_EQ(change({{"segment.ms", wire::ConfigOperation::append, "1"}}).error,
            ErrorCode::invalid_config);
}

TEST_F(ConfigChangeTest, RefusesWhatKafkaRefuses) {
  EXPECT_EQ(change({{"segment.ms", wire::ConfigOperation::set, std::nullopt}}).error,
            ErrorCode::invalid_request);
  EXPECT_EQ(change({{"segment.ms", wire::ConfigOperation::set, "1"},
                    {"segment.ms", wire::ConfigOperation::set, "2"}})
                .error,
            ErrorCode::invalid_request);
  EXPECT_EQ(change({{"segment.ms", wire::ConfigOperation::set, "0"}}).error,
            ErrorCode::invalid_config);
  EXPECT_EQ(change({{"nothing", wire::ConfigOperation::set, "0"}}).error,
            ErrorCode::invalid_config);
  const ConfigTarget unknown{wire::ConfigResourceType::topic, "other"};
  EXPECT_EQ(change_configs(unknown, {}, view_, config_).error,
            ErrorCode::unknown_topic_or_partition);
}

TEST_F(ConfigChangeTest, ReplacingRemovesWhatIsNotNamed) {
  apply(change({{"segment.ms", wire::ConfigOperation::set, "10"},
                {"retention.ms", wire::ConfigOperation::set, "20"}}));
  apply(replace_configs(topic_, {{"retention.ms", wire::ConfigOperation::set, "30"}}, view_,
                        config_));
  const auto& configs = view_.find("t")->configs;
  EXPECT_FALSE(configs.contains("segment.ms"));
  EXPECT_EQ(configs.at("retention.ms"), "30");
}

TEST_F(ConfigChangeTest, ABrokersSettingsChangeOnlyWhereTheyMay) {
  const ConfigTarget this_broker{wire::ConfigResourceType::broker, "1"};
  EXPECT_EQ(change_configs(this_broker, {{"message.max.bytes", wire::ConfigOperation::set, "9"}},
                           view_, config_)
                .error,
            ErrorCode::none);
  EXPECT_EQ(
      change_configs(this_broker, {{"listeners", wire::ConfigOperation::set, "x"}}, view_, config_)
          .error,
      ErrorCode::invalid_request);
  const ConfigTarget other_broker{wire::ConfigResourceType::broker, "7"};
  EXPECT_EQ(change_configs(other_broker, {}, view_, config_).error, ErrorCode::invalid_request);
}

TEST_F(ConfigChangeTest, DynamicValuesComeAndGo) {
  const ConfigTarget all{wire::ConfigResourceType::broker, ""};
  apply(change_configs(all, {{"message.max.bytes", wire::ConfigOperation::set, "9"}}, view_,
                       config_));
  config_.apply_dynamic(view_);
  EXPECT_EQ(*config_.options().topic_defaults.max_message_bytes, 9);
  apply(change_configs(all, {{"message.max.bytes", wire::ConfigOperation::remove, {}}}, view_,
                       config_));
  config_.apply_dynamic(view_);
  EXPECT_EQ(*config_.options().topic_defaults.max_message_bytes, 1048588);
}

}  // namespace
}  // namespace odradek::broker
