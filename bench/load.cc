// SPDX-License-Identifier: Apache-2.0
// A librdkafka producer or consumer that goes as fast as it can, and says how fast that was:
//   load produce BOOTSTRAP TOPIC COUNT SIZE ACKS CODEC
//   load consume BOOTSTRAP TOPIC COUNT
// One partition; the clock runs from the first message to the last acknowledgement or record.
#include <librdkafka/rdkafka.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

[[noreturn]] void fail(const char* what) {
  std::fprintf(stderr, "load: %s\n", what);
  std::exit(1);
}

void set(rd_kafka_conf_t* conf, const char* name, const std::string& value) {
  char error[256];
  if (rd_kafka_conf_set(conf, name, value.c_str(), error, sizeof error) != RD_KAFKA_CONF_OK) {
    fail(error);
  }
}

void report(std::int64_t messages, std::int64_t bytes, Clock::time_point started) {
  const double seconds = std::chrono::duration<double>(Clock::now() - started).count();
  std::printf("{\"messages\":%lld,\"bytes\":%lld,\"seconds\":%.4f}\n",
              static_cast<long long>(messages), static_cast<long long>(bytes), seconds);
}

std::int64_t delivered = 0;

void on_delivery(rd_kafka_t*, const rd_kafka_message_t* message, void*) {
  if (message->err) fail(rd_kafka_err2str(message->err));
  ++delivered;
}

void produce(const std::string& bootstrap, const char* topic_name, std::int64_t count,
             std::size_t size, const std::string& acks, const std::string& codec) {
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  set(conf, "bootstrap.servers", bootstrap);
  set(conf, "linger.ms", "50");
  set(conf, "queue.buffering.max.messages", "500000");
  set(conf, "queue.buffering.max.kbytes", "500000");
  set(conf, "batch.num.messages", "10000");
  set(conf, "acks", acks);
  set(conf, "compression.codec", codec);
  rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
  char error[256];
  rd_kafka_t* client = rd_kafka_new(RD_KAFKA_PRODUCER, conf, error, sizeof error);
  if (!client) fail(error);
  rd_kafka_topic_t* topic = rd_kafka_topic_new(client, topic_name, nullptr);
  const rd_kafka_metadata_t* metadata = nullptr;
  if (rd_kafka_metadata(client, 0, topic, &metadata, 10000)) fail("no metadata");
  rd_kafka_metadata_destroy(metadata);
  std::vector<char> payload(size);
  for (std::size_t i = 0; i < size; ++i) payload[i] = static_cast<char>('a' + i * i % 23);
  const auto started = Clock::now();
  for (std::int64_t sent = 0; sent < count;) {
    if (rd_kafka_produce(topic, 0, RD_KAFKA_MSG_F_COPY, payload.data(), size, nullptr, 0,
                         nullptr) == 0) {
      ++sent;
      if (sent % 1000 == 0) rd_kafka_poll(client, 0);
    } else {
      rd_kafka_poll(client, 5);
    }
  }
  while (delivered < count) rd_kafka_poll(client, 10);
  report(count, count * static_cast<std::int64_t>(size), started);
  rd_kafka_topic_destroy(topic);
  rd_kafka_destroy(client);
}

struct Consumed {
  std::int64_t messages = 0;
  std::int64_t bytes = 0;
};

void on_record(rd_kafka_message_t* message, void* opaque) {
  auto* const consumed = static_cast<Consumed*>(opaque);
  if (message->err) return;
  ++consumed->messages;
  consumed->bytes += static_cast<std::int64_t>(message->len);
}

void consume(const std::string& bootstrap, const char* topic_name, std::int64_t count) {
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  set(conf, "bootstrap.servers", bootstrap);
  set(conf, "fetch.message.max.bytes", "1048576");
  set(conf, "queued.min.messages", "1000000");
  char error[256];
  rd_kafka_t* client = rd_kafka_new(RD_KAFKA_CONSUMER, conf, error, sizeof error);
  if (!client) fail(error);
  rd_kafka_topic_t* topic = rd_kafka_topic_new(client, topic_name, nullptr);
  const auto started = Clock::now();
  if (rd_kafka_consume_start(topic, 0, RD_KAFKA_OFFSET_BEGINNING) != 0) fail("cannot start");
  Consumed consumed;
  while (consumed.messages < count) {
    rd_kafka_consume_callback(topic, 0, 20, on_record, &consumed);
  }
  report(consumed.messages, consumed.bytes, started);
  rd_kafka_consume_stop(topic, 0);
  rd_kafka_topic_destroy(topic);
  rd_kafka_destroy(client);
}

}  // namespace

int main(int count, char** arguments) {
  const std::vector<std::string> words(arguments + 1, arguments + count);
  if (words.size() == 7 && words[0] == "produce") {
    produce(words[1], words[2].c_str(), std::atoll(words[3].c_str()),
            static_cast<std::size_t>(std::atoll(words[4].c_str())), words[5], words[6]);
  } else if (words.size() == 4 && words[0] == "consume") {
    consume(words[1], words[2].c_str(), std::atoll(words[3].c_str()));
  } else {
    fail("usage: produce BOOTSTRAP TOPIC COUNT SIZE ACKS CODEC | consume BOOTSTRAP TOPIC COUNT");
  }
  return 0;
}
