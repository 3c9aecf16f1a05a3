// SPDX-License-Identifier: Apache-2.0
#include "command/kafka_tools/line_reader.h"

#include <gtest/gtest.h>

namespace odradek::command::kafka_tools {
namespace {

std::string shown(const std::optional<Buffer>& field) {
  return field ? std::string(as_text(*field)) : "(null)";
}

// A record as "key|value|name=value;…".
std::string read(const Properties& properties, std::string_view line) {
  const auto reader = LineReader::make(properties);
  if (!reader) return reader.error().context;
  const auto record = reader->read(line, 7);
  if (!record) return record.error().context;
  std::string text = shown(record->key) + "|" + shown(record->value) + "|";
  for (const auto& [name, value] : record->headers) {
    text += name + "=" + value.value_or("(null)") + ";";
  }
  return text;
}

TEST(LineReader, ALineIsAValue) { EXPECT_EQ(read({}, "a\tb"), "(null)|a\tb|"); }

TEST(LineReader, KeysStandBeforeASeparator) {
  const Properties properties{{"parse.key", "True "}, {"key.separator", "::"}};
  EXPECT_EQ(read(properties, "k::v::w"), "k|v::w|");
  EXPECT_EQ(read(properties, "::"), "||");
  EXPECT_EQ(read(properties, "k"), "No key separator found on line number 7: 'k'");
}

TEST(LineReader, HeadersStandBeforeTheKey) {
  const Properties properties{{"parse.headers", "true"}, {"parse.key", "true"}};
  EXPECT_EQ(read(properties, "a:1,b:\tk\tv"), "k|v|a=1;b=;");
  EXPECT_EQ(read(properties, "a:1,\tk\tv"), "k|v|a=1;");
  EXPECT_EQ(read(properties, "a\tk\tv"),
            "No header key separator found in pair 'a' on line number 7");
  EXPECT_EQ(read(properties, "a:1"), "No headers delimiter found on line number 7: 'a:1'");
}

TEST(LineReader, WhatIsMissingCanBeIgnored) {
  const Properties properties{
      {"parse.headers", "true"}, {"parse.key", "true"}, {"ignore.error", "true"}};
  EXPECT_EQ(read(properties, "bare\tv"), "(null)|v|bare=(null);");
  EXPECT_EQ(read(properties, "v"), "(null)|v|");
}

TEST(LineReader, AMarkerStandsForNothing) {
  const Properties properties{
      {"parse.headers", "true"}, {"parse.key", "true"}, {"null.marker", "NULL"}};
  EXPECT_EQ(read(properties, "a:NULL\tNULL\tNULL"), "(null)|(null)|a=(null);");
  EXPECT_EQ(read(properties, "NULL\tk\tv"), "k|v|");
  EXPECT_EQ(read(properties, "NULL:1\tk\tv"),
            "Header keys should not be equal to the null marker 'NULL' as they can't be null");
}

TEST(LineReader, SeparatorsThatAreTheSameAreRefused) {
  EXPECT_EQ(read({{"headers.separator", ":"}}, ""),
            "headers.separator and headers.key.separator may not be equal");
  EXPECT_EQ(read({{"null.marker", "\t"}}, ""), "null.marker and key.separator may not be equal");
}

}  // namespace
}  // namespace odradek::command::kafka_tools
