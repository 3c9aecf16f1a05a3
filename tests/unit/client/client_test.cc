// SPDX-License-Identifier: Apache-2.0
#include "client/broker_connection.h"
#include "client/group_member.h"
#include "client/partitioner.h"
#include "client/socket.h"
#include "wire/12_heartbeat.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <gtest/gtest.h>

#include <thread>

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

// A broker that knows heartbeats, and whose answers may be those to other requests.
class StrangeBroker {
 public:
  StrangeBroker() : acceptor_(context_, {boost::asio::ip::address_v4::loopback(), 0}) {}
  ~StrangeBroker() { thread_.join(); }

  Address address() const { return {"127.0.0.1", acceptor_.local_endpoint().port()}; }
  // Answers each heartbeat with the correlation id that `id_of` makes of its own.
  void serve(int requests, std::int32_t (*id_of)(std::int32_t)) {
    thread_ = std::thread([this, requests, id_of] {
      boost::asio::ip::tcp::socket client(context_);
      acceptor_.accept(client);
      for (int i = 0; i <= requests; ++i) {
        const Buffer request = receive(client);
        const auto id = load_big<std::int32_t>(Bytes(request).subspan(4).data());
        Buffer answer;
        append_big(answer, i == 0 ? id : id_of(id));
        append(answer, i == 0 ? versions() : Buffer(2));  // no error
        send(client, answer);
      }
    });
  }

 private:
  static Buffer receive(boost::asio::ip::tcp::socket& client) {
    Buffer size(4);
    boost::asio::read(client, boost::asio::buffer(size));
    Buffer frame(static_cast<std::size_t>(load_big<std::int32_t>(size.data())));
    boost::asio::read(client, boost::asio::buffer(frame));
    return frame;
  }
  static void send(boost::asio::ip::tcp::socket& client, const Buffer& answer) {
    Buffer frame;
    append_big(frame, static_cast<std::int32_t>(answer.size()));
    append(frame, answer);
    boost::asio::write(client, boost::asio::buffer(frame));
  }
  static Buffer versions() {
    wire::ApiVersionsResponse response;
    response.api_keys.push_back({static_cast<std::int16_t>(wire::ApiKey::heartbeat), 0, 0});
    wire::Output output;
    wire::Writer(output, wire::ApiVersionsRequest::api.versions.last, true).write(response);
    return std::move(output.bytes);
  }

  boost::asio::io_context context_;
  boost::asio::ip::tcp::acceptor acceptor_;
  std::thread thread_;
};

TEST(BrokerConnectionTest, TheAnswerToAnotherRequestIsNotTaken) {
  StrangeBroker broker;
  broker.serve(1, [](std::int32_t id) { return id - 1; });
  const auto connection = BrokerConnection::open(broker.address(), "test", Milliseconds{10'000});
  ASSERT_TRUE(connection);
  const auto answer = (*connection)->ask(wire::HeartbeatRequest{});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().fault, Fault::corrupt);
  EXPECT_FALSE((*connection)->is_usable());
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
