// SPDX-License-Identifier: Apache-2.0
#include "command/kafka_tools/kafka_tools.h"

#include "command/kafka_tools/deserializers.h"
#include "command/kafka_tools/java_text.h"
#include "command/kafka_tools/message_formatter.h"
#include "command/kafka_tools/reset_plan.h"

#include <CLI/App.hpp>
#include <gtest/gtest.h>

#include <limits>

namespace odradek::command::kafka_tools {
namespace {

using std::chrono::milliseconds;

TEST(JavaText, IsHowJavaWritesNumbers) {
  EXPECT_EQ(java_text(0.0), "0.0");
  EXPECT_EQ(java_text(1000.0), "1000.0");
  EXPECT_EQ(java_text(12.5), "12.5");
  EXPECT_EQ(java_text(9999999.0), "9999999.0");
  EXPECT_EQ(java_text(1e7), "1.0E7");
  EXPECT_EQ(java_text(123456789.25), "1.2345678925E8");
  EXPECT_EQ(java_text(0.001), "0.001");
  EXPECT_EQ(java_text(0.0001), "1.0E-4");
  EXPECT_EQ(java_text(-2.5e-10), "-2.5E-10");
  EXPECT_EQ(java_text(0.1F), "0.1");
  EXPECT_EQ(java_text(-std::numeric_limits<double>::infinity()), "-Infinity");
}

TEST(IsoDuration, IsReadAsJavaReadsIt) {
  EXPECT_EQ(*parse_iso_duration("PT0S"), milliseconds(0));
  EXPECT_EQ(*parse_iso_duration("P1DT1H1M1.5S"), milliseconds(90'061'500));
  EXPECT_EQ(*parse_iso_duration("pt-30m"), milliseconds(-1'800'000));
  EXPECT_EQ(*parse_iso_duration("-PT1H"), milliseconds(-3'600'000));
  for (const char* const wrong : {"", "P", "PT", "P1DT", "1H", "PT1X", "P1M", "PT1.5H"}) {
    EXPECT_FALSE(parse_iso_duration(wrong)) << wrong;
  }
}

TEST(ResetPlan, GoesThroughAFile) {
  const ResetPlan plan{
      {"g", {{{"t", PartitionId{0}}, Offset{5}}, {{"u", PartitionId{1}}, Offset{6}}}}};
  EXPECT_EQ(as_csv(plan, false), "t,0,5\nu,1,6\n");
  EXPECT_EQ(as_csv(plan, true), "g,t,0,5\ng,u,1,6\n");
  EXPECT_EQ(*parse_csv(as_csv(plan, false), {"g"}), plan);
  EXPECT_EQ(*parse_csv(as_csv(plan, true), {"g"}), plan);
  EXPECT_EQ(*parse_csv(as_csv(plan, true), {"a", "b"}), plan);
  const ResetPlan strange{{"a \"b\", c", {{{"t", PartitionId{0}}, Offset{5}}}}};
  EXPECT_EQ(*parse_csv(as_csv(strange, true), {}), strange);
}

TEST(ResetPlan, LinesThatAreNoneAreNamed) {
  for (const char* const wrong : {"t,0", "t,0,x", "t,x,0", "g,t,0,1,2"}) {
    const auto plan = parse_csv(wrong, {"g"});
    ASSERT_FALSE(plan) << wrong;
    EXPECT_NE(plan.error().context.find(wrong), std::string::npos);
  }
  EXPECT_FALSE(parse_csv("t,0,1", {"a", "b"}));  // of which group?
}

TEST(TopicFilter, IsARegularExpressionWithCommas) {
  const auto filter = TopicFilter::parse(" \"a.*, b\" ");
  ASSERT_TRUE(filter);
  EXPECT_TRUE(filter->matches("abc"));
  EXPECT_TRUE(filter->matches("b"));
  EXPECT_FALSE(filter->matches("bc"));
  EXPECT_FALSE(filter->matches("ba"));
  EXPECT_FALSE(TopicFilter::parse("("));
}

TEST(Deserializers, ReadWhatKafkasSerializersWrite) {
  const std::string package = "org.apache.kafka.common.serialization.";
  const Buffer one{std::byte{0}, std::byte{0}, std::byte{1}, std::byte{2}};
  EXPECT_EQ(*find_deserializer(package + "IntegerDeserializer")(one), "258");
  EXPECT_FALSE(find_deserializer(package + "LongDeserializer")(one));
  const Buffer half{std::byte{0x3f}, std::byte{0}, std::byte{0}, std::byte{0}};
  EXPECT_EQ(*find_deserializer(package + "FloatDeserializer")(half), "0.5");
  EXPECT_EQ(*find_deserializer(package + "BooleanDeserializer")(Buffer{std::byte{1}}), "true");
  EXPECT_FALSE(find_deserializer(package + "NoSuchDeserializer"));
  EXPECT_FALSE(find_deserializer("com.example.StringDeserializer"));
}

client::ConsumerRecord record() {
  client::ConsumerRecord record;
  record.from = {"t", PartitionId{3}};
  record.offset = Offset{9};
  record.timestamp = Timestamp{1'700'000'000'000};
  record.value = copy_of(as_bytes("v"));
  record.headers = {{"a", "1"}, {"b", std::nullopt}};
  return record;
}

std::string formatted(const Properties& properties) {
  const auto formatter =
      make_formatter("org.apache.kafka.tools.consumer.DefaultMessageFormatter", properties);
  return *(*formatter)->text_of(record());
}

TEST(MessageFormatter, PrintsWhatItsPropertiesSay) {
  EXPECT_EQ(formatted({}), "v\n");
  EXPECT_EQ(formatted({{"print.value", "false"}}), "");
  EXPECT_EQ(formatted({{"print.timestamp", "true"},
                       {"print.partition", "TRUE"},
                       {"print.offset", "true"},
                       {"print.delivery", "true"},
                       {"print.epoch", "true"},
                       {"print.headers", "true"},
                       {"print.key", "true"},
                       {"key.separator", " "},
                       {"headers.separator", ";"},
                       {"null.literal", "NULL"},
                       {"line.separator", "|"}}),
            "CreateTime:1700000000000 Partition:3 Offset:9 Delivery:NOT_PRESENT Epoch:NOT_PRESENT "
            "a:1;b:NULL NULL v|");
}

TEST(MessageFormatter, OtherClassesAreRefused) {
  EXPECT_FALSE(make_formatter("com.example.DefaultMessageFormatter", {}));
  EXPECT_FALSE(make_formatter("org.apache.kafka.tools.consumer.NoSuchFormatter", {}));
}

// What the rules say of a command line.
std::string judged(std::vector<std::string> words) {
  CLI::App app;
  OptionRules rules;
  const auto* const lists = rules.action(app.add_flag("--list"));
  const auto* const makes = rules.action(app.add_flag("--create"));
  rules.require_one_action("--list or --create");
  const auto* const topic = app.add_option("--topic");
  rules.require_with(topic, makes);
  rules.only_with(topic, {makes});
  const auto* const old = app.add_option("--old");
  const auto* const renewed = app.add_option("--new");
  rules.prefer(renewed, old);
  (void)lists;
  std::reverse(words.begin(), words.end());
  app.parse(words);
  const auto checked = rules.check();
  return checked ? "" : checked.error().context;
}

TEST(OptionRules, SpeakInKafkasWords) {
  EXPECT_EQ(judged({"--list"}), "");
  EXPECT_EQ(judged({"--create", "--topic", "t"}), "");
  EXPECT_EQ(judged({}), "Command must include exactly one action: --list or --create");
  EXPECT_EQ(judged({"--list", "--create"}),
            "Command must include exactly one action: --list or --create");
  EXPECT_EQ(judged({"--create"}), "Missing required argument \"[topic]\"");
  EXPECT_EQ(judged({"--list", "--topic", "t"}),
            "Option \"[topic]\" can't be used with option \"[list]\"");
  EXPECT_EQ(judged({"--list", "--new", "1", "--old", "1"}),
            "Options --new and --old cannot be specified together.");
}

}  // namespace
}  // namespace odradek::command::kafka_tools
