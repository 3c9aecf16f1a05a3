// SPDX-License-Identifier: Apache-2.0
#include "broker/config_sources.h"

#include <gtest/gtest.h>

namespace odradek::broker {
namespace {

TEST(ConfigSourcesTest, ReadsAJavaPropertiesFile) {
  const auto settings = read_properties(
      "# a comment\n! another\n\n num.partitions = 3 \nlisteners=PLAINTEXT://:9092,\\\n  B://:1\n");
  ASSERT_TRUE(settings);
  ASSERT_EQ(settings->size(), 2U);
  EXPECT_EQ((*settings)[0].name, "num.partitions");
  EXPECT_EQ((*settings)[0].value, "3");
  EXPECT_EQ((*settings)[1].value, "PLAINTEXT://:9092,B://:1");
  EXPECT_FALSE(read_properties("what is this\n"));
}

TEST(ConfigSourcesTest, ReadsEnvironmentVariablesByKafkasRule) {
  const auto settings = read_environment({"KAFKA_NUM_PARTITIONS=3", "KAFKA_CFG_LOG_DIRS=/x",
                                          "KAFKA_A__B___C=d", "KAFKA_HEAP_OPTS=-Xmx1g", "PATH=/"});
  ASSERT_EQ(settings.size(), 3U);
  EXPECT_EQ(settings[0].name, "num.partitions");
  EXPECT_EQ(settings[1].name, "log.dirs");
  EXPECT_EQ(settings[2].name, "a_b-c");
}

TEST(ConfigSourcesTest, LaterSettingsCountAndUnknownOnesWarnWithAHint) {
  BrokerOptions options;
  std::vector<std::string> warnings;
  const auto known = apply(options,
                           {{"num.partitions", "3", ConfigSource::file},
                            {"num.partitions", "5", ConfigSource::command_line},
                            {"num.partition", "7", ConfigSource::command_line},
                            {"zookeeper.session.timeout.ms", "7", ConfigSource::file}},
                           warnings);
  ASSERT_TRUE(known);
  EXPECT_EQ(*options.num_partitions, 5);
  ASSERT_EQ(warnings.size(), 1U);
  EXPECT_EQ(warnings[0], "unknown setting num.partition: did you mean num.partitions?");
}

TEST(ConfigSourcesTest, AWrongValueIsAnError) {
  BrokerOptions options;
  std::vector<std::string> warnings;
  const auto known = apply(options, {{"num.partitions", "many", ConfigSource::file}}, warnings);
  ASSERT_FALSE(known);
  EXPECT_NE(known.error().context.find("num.partitions"), std::string::npos);
}

TEST(ConfigSourcesTest, CoarserUnitsCountWhereTheFinerIsNotSet) {
  BrokerOptions options;
  std::vector<std::string> warnings;
  ASSERT_TRUE(apply(options, {{"log.retention.hours", "1", ConfigSource::file}}, warnings));
  EXPECT_EQ(*options.topic_defaults.retention_ms, 3600000);
  ASSERT_TRUE(apply(options, {{"log.retention.minutes", "2", ConfigSource::file}}, warnings));
  EXPECT_EQ(*options.topic_defaults.retention_ms, 120000);
  ASSERT_TRUE(apply(options, {{"log.retention.minutes", "-5", ConfigSource::file}}, warnings));
  EXPECT_EQ(*options.topic_defaults.retention_ms, -1);
  ASSERT_TRUE(apply(options,
                    {{"log.retention.ms", "7", ConfigSource::file},
                     {"log.retention.hours", "1", ConfigSource::file}},
                    warnings));
  EXPECT_EQ(*options.topic_defaults.retention_ms, 7);
}

TEST(ConfigSourcesTest, TheOlderNameOfTheNodeIdCounts) {
  BrokerOptions options;
  std::vector<std::string> warnings;
  ASSERT_TRUE(apply(options, {{"broker.id", "42", ConfigSource::file}}, warnings));
  EXPECT_EQ(*options.node_id, 42);
}

}  // namespace
}  // namespace odradek::broker
