// SPDX-License-Identifier: Apache-2.0
#include "command/seed.h"

#include "support/temporary_directory.h"

#include <gtest/gtest.h>

#include <fstream>

namespace odradek::command {
namespace {

TEST(SeedTest, ReadsTopicsOfTheCommandLine) {
  SeedPlan plan;
  ASSERT_TRUE(add_topic_flag("orders", plan));
  ASSERT_TRUE(add_topic_flag("users:3", plan));
  ASSERT_TRUE(add_topic_flag("state:1:cleanup.policy=compact:retention.ms=5", plan));
  ASSERT_EQ(plan.topics.size(), 3U);
  EXPECT_EQ(plan.topics[0].partitions, -1);
  EXPECT_EQ(plan.topics[1].partitions, 3);
  EXPECT_EQ(plan.topics[2].configs, (std::map<std::string, std::string>{
                                        {"cleanup.policy", "compact"}, {"retention.ms", "5"}}));
  for (const char* wrong : {"", ":3", "a:x", "a:0", "a:1:b", "a:1:=b"}) {
    EXPECT_FALSE(add_topic_flag(wrong, plan)) << wrong;
  }
}

TEST(SeedTest, ReadsTheVariableOfOldImages) {
  SeedPlan plan;
  ASSERT_TRUE(add_create_topics("orders:3:1, state:1:1:compact,users", plan));
  ASSERT_EQ(plan.topics.size(), 3U);
  EXPECT_EQ(plan.topics[0].partitions, 3);
  EXPECT_EQ(plan.topics[1].name, "state");
  EXPECT_EQ(plan.topics[1].configs.at("cleanup.policy"), "compact");
  EXPECT_FALSE(add_create_topics("a:x", plan));
}

class SeedFileTest : public testing::Test {
 protected:
  Result<> read(const std::string& text) {
    const std::string path = directory_.path() + "/seed.yaml";
    std::ofstream(path) << text;
    plan_ = {};
    return add_seed_file(path, plan_);
  }
  std::string fault(const std::string& text) {
    const auto done = read(text);
    return done ? "" : done.error().context.substr(directory_.path().size() + 1);
  }

  test::TemporaryDirectory directory_;
  SeedPlan plan_;
};

TEST_F(SeedFileTest, ReadsTopicsRecordsAndGroups) {
  ASSERT_TRUE(
      read("topics:\n"
           "  - plain\n"
           "  - name: orders\n"
           "    partitions: 3\n"
           "    config: {retention.ms: 1000}\n"
           "    records:\n"
           "      - {key: user-1, value: {id: 1, item: tea, paid: true, code: \"7\"}}\n"
           "      - {key: 5, value: 007, partition: 2, headers: {trace: abc}}\n"
           "groups:\n"
           "  - name: billing\n"
           "    offsets: {orders: end}\n"));
  ASSERT_EQ(plan_.topics.size(), 2U);
  EXPECT_EQ(plan_.topics[0].name, "plain");
  const auto& orders = plan_.topics[1];
  EXPECT_EQ(orders.partitions, 3);
  EXPECT_EQ(orders.configs.at("retention.ms"), "1000");
  ASSERT_EQ(orders.records.size(), 2U);
  EXPECT_EQ(as_text(*orders.records[0].value), R"({"id":1,"item":"tea","paid":true,"code":"7"})");
  // Texts stay as they were written.
  EXPECT_EQ(as_text(*orders.records[1].key), "5");
  EXPECT_EQ(as_text(*orders.records[1].value), "007");
  EXPECT_EQ(orders.records[1].partition, PartitionId{2});
  ASSERT_EQ(plan_.groups.size(), 1U);
  EXPECT_EQ(plan_.groups[0].topics.at(0), (std::pair<std::string, std::string>{"orders", "end"}));
}

TEST_F(SeedFileTest, SaysWhereAndWhatIsWrong) {
  EXPECT_EQ(fault("topics:\n  - name: a\n    partition: 3\n"),
            "seed.yaml:3: a topic has no \"partition\": there are name, partitions, replicas, "
            "config, records");
  EXPECT_EQ(fault("topics:\n  - name: a\n    partitions: many\n"),
            "seed.yaml:3: partitions has to be a number");
  EXPECT_NE(fault("topics: [\n"), "");
  EXPECT_NE(fault("- a\n"), "");
  EXPECT_NE(fault("groups:\n  - name: g\n"), "");
  EXPECT_FALSE(add_seed_file("/nowhere/seed.yaml", plan_));
}

}  // namespace
}  // namespace odradek::command
