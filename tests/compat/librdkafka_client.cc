// SPDX-License-Identifier: Apache-2.0
// librdkafka's C++ client, idempotent: produces keyed records with headers and timestamps to a
// topic with several partitions, reads all back by assignment and compares. Prints what it did.
// Usage: librdkafka_client BOOTSTRAP TOPIC PARTITIONS RECORDS CODEC
#include <librdkafka/rdkafkacpp.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace {

constexpr std::int64_t first_timestamp = 1700000000000;

[[noreturn]] void fail(const std::string& what) {
  std::fprintf(stderr, "FAILED: %s\n", what.c_str());
  std::exit(1);
}

std::unique_ptr<RdKafka::Conf> configuration(const std::map<std::string, std::string>& settings) {
  std::unique_ptr<RdKafka::Conf> conf(RdKafka::Conf::create(RdKafka::Conf::CONF_GLOBAL));
  std::string error;
  for (const auto& [name, value] : settings) {
    if (conf->set(name, value, error) != RdKafka::Conf::CONF_OK) fail(error);
  }
  return conf;
}

class Deliveries : public RdKafka::DeliveryReportCb {
 public:
  void dr_cb(RdKafka::Message& message) override {
    if (message.err()) fail("delivery: " + message.errstr());
    const auto number = std::strtoll(message.key()->c_str() + 4, nullptr, 10);
    offsets[{message.partition(), message.offset()}] = number;
  }
  std::map<std::pair<std::int32_t, std::int64_t>, std::int64_t> offsets;
};

std::string value_of(std::int64_t number) {
  return number % 10 == 0 ? "" : "value-" + std::to_string(number) + std::string(50, 'x');
}

void produce(const std::string& bootstrap, const std::string& topic, std::int64_t records,
             const std::string& codec, Deliveries& deliveries) {
  auto conf = configuration({{"bootstrap.servers", bootstrap},
                             {"enable.idempotence", "true"},
                             {"compression.codec", codec},
                             {"linger.ms", "5"}});
  std::string error;
  conf->set("dr_cb", &deliveries, error);
  std::unique_ptr<RdKafka::Producer> producer(RdKafka::Producer::create(conf.get(), error));
  if (!producer) fail(error);
  for (std::int64_t i = 0; i < records; ++i) {
    const std::string key = "key-" + std::to_string(i);
    const std::string value = value_of(i);
    // Every seventh record is a tombstone.
    void* const payload = i % 7 == 0 ? nullptr : const_cast<char*>(value.data());
    for (;;) {
      auto* const headers = RdKafka::Headers::create();
      headers->add("number", std::to_string(i));
      const auto produced =
          producer->produce(topic, RdKafka::Topic::PARTITION_UA, RdKafka::Producer::RK_MSG_COPY,
                            payload, payload ? value.size() : 0, key.data(), key.size(),
                            first_timestamp + i, headers, nullptr);
      if (produced == RdKafka::ERR_NO_ERROR) break;
      delete headers;
      if (produced != RdKafka::ERR__QUEUE_FULL) fail(RdKafka::err2str(produced));
      producer->poll(100);
    }
    producer->poll(0);
  }
  if (producer->flush(60000) != RdKafka::ERR_NO_ERROR) fail("flush timed out");
}

void check(RdKafka::Message& message, const Deliveries& deliveries) {
  const auto delivered = deliveries.offsets.find({message.partition(), message.offset()});
  if (delivered == deliveries.offsets.end()) fail("read a record that was never acknowledged");
  const std::int64_t number = delivered->second;
  if (*message.key() != "key-" + std::to_string(number)) fail("key");
  if (message.timestamp().timestamp != first_timestamp + number) fail("timestamp");
  const bool is_null = message.payload() == nullptr;
  if (is_null != (number % 7 == 0)) fail("null value");
  const std::string value(static_cast<const char*>(message.payload()), message.len());
  if (!is_null && value != value_of(number)) fail("value");
  const auto headers = message.headers()->get("number");
  if (headers.size() != 1 || headers[0].value_string() != std::to_string(number)) fail("header");
}

std::int64_t consume(const std::string& bootstrap, const std::string& topic, int partitions,
                     const Deliveries& deliveries) {
  auto conf = configuration({{"bootstrap.servers", bootstrap},
                             {"group.id", "none"},
                             {"enable.auto.commit", "false"},
                             {"enable.partition.eof", "true"},
                             {"check.crcs", "true"}});
  std::string error;
  std::unique_ptr<RdKafka::KafkaConsumer> consumer(
      RdKafka::KafkaConsumer::create(conf.get(), error));
  if (!consumer) fail(error);
  std::vector<RdKafka::TopicPartition*> assignment;
  for (int i = 0; i < partitions; ++i) {
    assignment.push_back(
        RdKafka::TopicPartition::create(topic, i, RdKafka::Topic::OFFSET_BEGINNING));
  }
  consumer->assign(assignment);
  std::int64_t read = 0;
  for (int ended = 0; ended < partitions;) {
    const std::unique_ptr<RdKafka::Message> message(consumer->consume(20000));
    if (message->err() == RdKafka::ERR__PARTITION_EOF) {
      ++ended;
    } else if (message->err()) {
      fail("consume: " + message->errstr());
    } else {
      check(*message, deliveries);
      ++read;
    }
  }
  RdKafka::TopicPartition::destroy(assignment);
  consumer->close();
  return read;
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 6) fail("usage: librdkafka_client BOOTSTRAP TOPIC PARTITIONS RECORDS CODEC");
  const std::string bootstrap = arguments[1];
  const std::string topic = arguments[2];
  const int partitions = std::atoi(arguments[3]);
  const std::int64_t records = std::atoll(arguments[4]);
  Deliveries deliveries;
  produce(bootstrap, topic, records, arguments[5], deliveries);
  const std::int64_t read = consume(bootstrap, topic, partitions, deliveries);
  if (read != records) fail("read " + std::to_string(read) + " of " + std::to_string(records));
  std::printf("librdkafka %s: %lld records with %s, all back\n", RdKafka::version_str().c_str(),
              static_cast<long long>(read), arguments[5]);
  return 0;
}
