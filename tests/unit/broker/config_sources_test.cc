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

TEST(ConfigSourcesTest, WhatIsSetInVainIsNamedOnce) {
  BrokerOptions options;
  std::vector<std::string> warnings;
  const auto known = apply(options,
                           {{"sasl.enabled.mechanisms", "PLAIN", ConfigSource::file},
                            {"ssl.client.auth", "required", ConfigSource::environment},
                            {"ssl.protocol", "TLSv1.3", ConfigSource::environment},
                            {"num.io.threads", "3", ConfigSource::file}},
                           warnings);
  ASSERT_TRUE(known);
  ASSERT_EQ(warnings.size(), 1U);
  EXPECT_EQ(warnings[0],
            "settings of features that are not there have no effect: sasl.enabled.mechanisms, "
            "ssl.client.auth");
}

TEST(ConfigSourcesTest, ASettingThatIsOnlyKnownIsCheckedAllTheSame) {
  BrokerOptions options;
  std::vector<std::string> warnings;
  const std::vector<ConfigSetting> settings{{"group.share.max.size", "many", ConfigSource::file}};
  const auto known = apply(options, settings, warnings);
  ASSERT_FALSE(known);
  EXPECT_NE(known.error().context.find("group.share.max.size"), std::string::npos);
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
