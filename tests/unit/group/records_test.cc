// SPDX-License-Identifier: Apache-2.0
#include "group/records.h"

#include <gtest/gtest.h>

namespace odradek::group {
namespace {

Buffer from_hex(std::string_view text) {
  Buffer bytes;
  const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    bytes.push_back(static_cast<std::byte>(digit(text[i]) * 16 + digit(text[i + 1])));
  }
  return bytes;
}

template <class Read>
Read decode_as(const Record& record) {
  const auto value = record.value ? std::optional<Bytes>(*record.value) : std::nullopt;
  return std::get<Read>(*decode_record(record.key, value));
}

TEST(RecordsTest, AnOffsetIsWrittenAsKafkaWritesIt) {
  OffsetCommitValue value;
  value.offset = {42};
  value.leader_epoch = {7};
  value.metadata = "m";
  value.commit_timestamp = {0x18bcfe56800};
  const Record record = record_of({"g", "t", {3}}, value);
  EXPECT_EQ(record.key, from_hex("0001"
                                 "000167"
                                 "000174"
                                 "00000003"));
  EXPECT_EQ(*record.value, from_hex("0004"
                                    "000000000000002a"
                                    "00000007"
                                    "026d"
                                    "0000018bcfe56800"
                                    "00"));
  value.topic_id.bytes[15] = std::byte{9};
  EXPECT_EQ(*record_of({"g", "t", {3}}, value).value, from_hex("0004"
                                                               "000000000000002a"
                                                               "00000007"
                                                               "026d"
                                                               "0000018bcfe56800"
                                                               "01"
                                                               "00"
                                                               "10"
                                                               "00000000000000000000000000000009"));
}

TEST(RecordsTest, AnOffsetThatExpiresIsWrittenInTheVersionThatCanSay) {
  OffsetCommitValue value;
  value.offset = {42};
  value.commit_timestamp = {1};
  value.expire_timestamp = {2};
  const Record record = record_of({"g", "t", {3}}, value);
  EXPECT_EQ(*record.value, from_hex("0001"
                                    "000000000000002a"
                                    "0000"
                                    "0000000000000001"
                                    "0000000000000002"));
  EXPECT_EQ(decode_as<OffsetCommitRecord>(record).value, value);
}

TEST(RecordsTest, AGroupIsWrittenAsKafkaWritesIt) {
  GroupMetadataValue value;
  value.protocol_type = "consumer";
  value.generation = {5};
  value.protocol = "range";
  value.leader = "m";
  value.current_state_timestamp = {9};
  value.members = {{.member_id = "m",
                    .group_instance_id = {},
                    .client_id = "c",
                    .client_host = "/h",
                    .rebalance_timeout_ms = 6,
                    .session_timeout_ms = 7,
                    .subscription = from_hex("aa"),
                    .assignment = from_hex("bb")}};
  const Record record = record_of(GroupMetadataKey{"g"}, value);
  EXPECT_EQ(record.key, from_hex("0002"
                                 "000167"));
  EXPECT_EQ(*record.value, from_hex("0003"
                                    "0008636f6e73756d6572"
                                    "00000005"
                                    "000572616e6765"
                                    "00016d"
                                    "0000000000000009"
                                    "00000001"
                                    "00016d"
                                    "ffff"
                                    "000163"
                                    "00022f68"
                                    "00000006"
                                    "00000007"
                                    "00000001aa"
                                    "00000001bb"));
}

TEST(RecordsTest, OlderVersionsAreRead) {
  // How offsets were keyed before Kafka 0.10, with a value of version 0.
  const auto legacy = decode_as<OffsetCommitRecord>({from_hex("0000"
                                                              "000167"
                                                              "000174"
                                                              "00000003"),
                                                     from_hex("0000"
                                                              "000000000000002a"
                                                              "00016d"
                                                              "0000000000000001")});
  EXPECT_EQ(legacy.key, (OffsetCommitKey{"g", "t", {3}}));
  EXPECT_EQ(legacy.value->offset, Offset{42});
  EXPECT_EQ(legacy.value->leader_epoch, none_of<LeaderEpoch>);
  // A group of version 0: one time-out, no instance, no time.
  const auto group = decode_as<GroupMetadataRecord>({from_hex("0002"
                                                              "000167"),
                                                     from_hex("0000"
                                                              "0008636f6e73756d6572"
                                                              "00000005"
                                                              "ffff"
                                                              "ffff"
                                                              "00000001"
                                                              "00016d"
                                                              "000163"
                                                              "00022f68"
                                                              "00000007"
                                                              "00000000"
                                                              "00000000")});
  EXPECT_EQ(group.value->members.at(0).rebalance_timeout_ms, -1);
  EXPECT_EQ(group.value->current_state_timestamp, Timestamp{-1});
}

TEST(RecordsTest, TombstonesHaveNoValue) {
  EXPECT_EQ(decode_as<OffsetCommitRecord>(tombstone_of(OffsetCommitKey{"g", "t", {3}})).value,
            std::nullopt);
  EXPECT_FALSE(decode_as<GroupMetadataRecord>(tombstone_of(GroupMetadataKey{"g"})).value);
}

TEST(RecordsTest, OtherTypesAreForeign) {
  const auto record = decode_record(from_hex("0003"
                                             "000167"),
                                    from_hex("0000"
                                             "00000001"));
  EXPECT_EQ(std::get<ForeignRecord>(*record).type, 3);
}

TEST(RecordsTest, DamageIsNoticedWhereverItIs) {
  OffsetCommitValue value;
  value.metadata = "metadata";
  value.topic_id.bytes[3] = std::byte{3};
  const Record record = record_of({"group", "topic", {3}}, value);
  for (std::size_t size = 0; size < record.key.size(); ++size) {
    EXPECT_FALSE(decode_record(Bytes(record.key).first(size), Bytes(*record.value))) << size;
  }
  for (std::size_t size = 0; size < record.value->size(); ++size) {
    EXPECT_FALSE(decode_record(record.key, Bytes(*record.value).first(size))) << size;
  }
  Buffer newer = *record.value;
  newer[1] = std::byte{5};
  EXPECT_FALSE(decode_record(record.key, Bytes(newer)));
}

}  // namespace
}  // namespace odradek::group
