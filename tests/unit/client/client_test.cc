// SPDX-License-Identifier: Apache-2.0
#include "client/group_member.h"
#include "client/partitioner.h"
#include "client/socket.h"

#include <gtest/gtest.h>

namespace odradek::client {
namespace {

TEST(PartitionerTest, KeysGoWhereEveryClientPutsThem) {
  // What Kafka's Utils.murmur2 makes of these (UtilsTest.testMurmur2), made positive, of 1000.
  const std::pair<const char*, std::int32_t> known[] = {{"21", -973932308},
                                                        {"foobar", -790332482},
                                                        {"a-little-bit-long-string", -985981536},
                                                        {"a-little-bit-longer-string", -1486304829},
                                                        {"abc", 479470107}};
  for (const auto& [key, hash] : known) {
    EXPECT_EQ(partition_for_key(as_bytes(key), 1000).value, (hash & 0x7fffffff) % 1000) << key;
  }
}

TEST(AddressTest, ReadsHostsAndPorts) {
  const auto read = parse_addresses("kafka:9093,localhost,[::1]:9094,:9095");
  ASSERT_TRUE(read);
  const std::vector<Address> expected{
      {"kafka", 9093}, {"localhost", 9092}, {"::1", 9094}, {"localhost", 9095}};
  EXPECT_EQ(*read, expected);
  EXPECT_EQ((*read)[2].text(), "[::1]:9094");
}

TEST(AddressTest, SaysWhatIsNoAddress) {
  for (const char* wrong : {"", "kafka:port", "kafka:99999", "[::1"}) {
    EXPECT_FALSE(parse_addresses(wrong)) << wrong;
  }
}

TEST(GroupProtocolTest, WhatMembersSayIsUnderstood) {
  const std::vector<std::string> topics{"orders", "users"};
  EXPECT_EQ(decode_subscription(encode_subscription(topics)), topics);
  const std::vector<TopicPartition> partitions{{"orders", {0}}, {"orders", {2}}, {"users", {1}}};
  EXPECT_EQ(decode_assignment(encode_assignment(partitions)), partitions);
}

TEST(GroupProtocolTest, NonsenseIsNothing) {
  EXPECT_TRUE(decode_subscription(as_bytes("nonsense")).empty());
  EXPECT_TRUE(decode_assignment({}).empty());
}

}  // namespace
}  // namespace odradek::client
