// SPDX-License-Identifier: Apache-2.0
#include "command/record_text.h"

#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include <random>

namespace odradek::command {
namespace {

Buffer bytes_of(std::string_view text) {
  const Bytes bytes = as_bytes(text);
  return {bytes.begin(), bytes.end()};
}

client::ConsumerRecord a_record() {
  client::ConsumerRecord record;
  record.from = {"orders", {3}};
  record.offset = Offset{42};
  record.timestamp = Timestamp{1700000000123};
  record.key = bytes_of("user-1");
  record.value = bytes_of("tea");
  record.headers = {{"trace", "abc"}, {"empty", std::nullopt}};
  return record;
}

TEST(RecordTextTest, IsJsonThatCanBeReadAgain) {
  const auto line = boost::json::serialize(to_json(a_record()));
  EXPECT_EQ(line, R"({"topic":"orders","partition":3,"offset":42,"timestamp":1700000000123,)"
                  R"("key":"user-1","value":"tea","headers":[{"name":"trace","value":"abc"},)"
                  R"({"name":"empty","value":null}]})");
  const auto read = from_json(line);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->partition, PartitionId{3});
  EXPECT_EQ(read->timestamp, Timestamp{1700000000123});
  EXPECT_EQ(read->key, a_record().key);
  EXPECT_EQ(read->value, a_record().value);
  EXPECT_EQ(read->headers, a_record().headers);
}

TEST(RecordTextTest, NoByteIsLost) {
  std::mt19937 random(1);
  for (std::size_t size = 0; size < 300; ++size) {
    auto record = a_record();
    record.value->resize(size);
    for (std::byte& each : *record.value) each = static_cast<std::byte>(random());
    const auto read = from_json(boost::json::serialize(to_json(record)));
    ASSERT_TRUE(read);
    EXPECT_EQ(read->value, record.value);
  }
}

// Overlong forms, surrogates, what is above U+10FFFF and what is cut would come back otherwise.
TEST(RecordTextTest, WhatLooksLikeUtf8AndIsNotStaysAsItIs) {
  for (const char* text : {"\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x82", "\x80",
                           "\xe0\x80\x80", "\xf0\x80\x80\x80", "\xff"}) {
    auto record = a_record();
    record.value = bytes_of(text);
    const auto json = to_json(record);
    EXPECT_TRUE(json.contains("value_base64")) << text;
    EXPECT_EQ(from_json(boost::json::serialize(json))->value, record.value);
  }
  auto record = a_record();
  record.value = bytes_of("gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\xa6\x95");
  EXPECT_TRUE(to_json(record).contains("value"));
}

TEST(RecordTextTest, ANullIsNotAnEmptyText) {
  auto record = a_record();
  record.key.reset();
  record.value = Buffer{};
  const auto read = from_json(boost::json::serialize(to_json(record)));
  EXPECT_FALSE(read->key);
  EXPECT_EQ(read->value, Buffer{});
}

TEST(RecordTextTest, WhatIsNoTextIsTakenAsJson) {
  const auto read = from_json(R"({"value": {"id": 1, "item": "tea"}})");
  ASSERT_TRUE(read);
  EXPECT_EQ(as_text(*read->value), R"({"id":1,"item":"tea"})");
}

TEST(RecordTextTest, SaysWhatIsNoRecord) {
  for (const char* wrong :
       {"", "{", "[]", "1", R"({"partition": "x"})", R"({"timestamp": "now"})",
        R"({"value_base64": "%%%"})", R"({"headers": {}})", R"({"headers": [{"value": "x"}]})"}) {
    EXPECT_FALSE(from_json(wrong)) << wrong;
  }
}

TEST(RecordTextTest, FollowsAFormat) {
  EXPECT_EQ(formatted("%t-%p @%o %k=%v %T %h %K/%S %%\\n\\t\\\\", a_record()),
            "orders-3 @42 user-1=tea 1700000000123 trace=abc,empty=NULL 6/3 %\n\t\\");
  EXPECT_TRUE(check_format("%t-%p @%o %k=%v %T %h %K/%S %% %s\\n"));
  for (const char* wrong : {"%", "%x", "\\", "\\q", "%t %"}) EXPECT_FALSE(check_format(wrong));
}

TEST(RecordTextTest, TimesAreUtc) {
  EXPECT_EQ(time_text(Timestamp{1700000000250}), "2023-11-14T22:13:20.250Z");
}

}  // namespace
}  // namespace odradek::command
