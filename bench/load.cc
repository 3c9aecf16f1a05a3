// SPDX-License-Identifier: Apache-2.0
// A librdkafka producer or consumer that goes as fast as it can, and says how fast that was:
//   load produce BOOTSTRAP TOPIC COUNT SIZE KEYS [NAME=VALUE...]
//   load consume BOOTSTRAP TOPIC COUNT
// One partition; the clock runs from the first message to the last acknowledgement or record. If
// KEYS is not 0, each message has one of so many keys, and words that compress about as text does.
// NAME=VALUE is configuration of the producer.
#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <span>
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

// What messages are made of.
class Content {
 public:
  Content(std::size_t size, std::uint64_t keys) : size_(size), keys_(keys), text_(size + room) {
    for (std::size_t i = 0; i < text_.size(); ++i) text_[i] = static_cast<char>('a' + i * i % 23);
    if (keys > 0) write_words();
  }

  void next() {
    if (keys_ == 0) return;
    std::snprintf(key_, sizeof key_, "%016llx",
                  static_cast<unsigned long long>(random_() % keys_ * 0x9e3779b97f4a7c15));
    at_ = random_() % room;
  }
  char* value() { return text_.data() + at_; }
  std::size_t size() const { return size_; }
  const char* key() const { return keys_ == 0 ? nullptr : key_; }
  std::size_t key_size() const { return keys_ == 0 ? 0 : sizeof key_ - 1; }

 private:
  static constexpr std::size_t room = 4 << 20;  // in which values begin

  void write_words() {
    constexpr std::size_t word = 8;
    constexpr std::size_t vocabulary = 5000;
    std::vector<char> words(vocabulary * word);
    for (char& each : words) each = static_cast<char>('a' + random_() % 26);
    for (std::size_t i = 0; i + word < text_.size(); i += word + 1) {
      std::copy_n(&words[random_() % vocabulary * word], word, &text_[i]);
      text_[i + word] = ' ';
    }
  }

  std::size_t size_;
  std::uint64_t keys_;
  std::mt19937_64 random_{7};
  std::vector<char> text_;
  std::size_t at_ = 0;
  char key_[17] = {};
};

void produce(const std::string& bootstrap, const char* topic_name, std::int64_t count,
             Content content, std::span<const std::string> settings) {
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  set(conf, "bootstrap.servers", bootstrap);
  set(conf, "linger.ms", "50");
  set(conf, "queue.buffering.max.messages", "500000");
  set(conf, "queue.buffering.max.kbytes", "500000");
  set(conf, "batch.num.messages", "10000");
  set(conf, "acks", "1");
  for (const std::string& each : settings) {
    const std::size_t equals = std::min(each.find('='), each.size() - 1);
    set(conf, each.substr(0, equals).c_str(), each.substr(equals + 1));
  }
  rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
  char error[256];
  rd_kafka_t* client = rd_kafka_new(RD_KAFKA_PRODUCER, conf, error, sizeof error);
  if (!client) fail(error);
  rd_kafka_topic_t* topic = rd_kafka_topic_new(client, topic_name, nullptr);
  const rd_kafka_metadata_t* metadata = nullptr;
  if (rd_kafka_metadata(client, 0, topic, &metadata, 10000)) fail("no metadata");
  rd_kafka_metadata_destroy(metadata);
  const auto started = Clock::now();
  content.next();
  for (std::int64_t sent = 0; sent < count;) {
    if (rd_kafka_produce(topic, 0, RD_KAFKA_MSG_F_COPY, content.value(), content.size(),
                         content.key(), content.key_size(), nullptr) == 0) {
      ++sent;
      content.next();
      if (sent % 1000 == 0) rd_kafka_poll(client, 0);
    } else {
      rd_kafka_poll(client, 5);
    }
  }
  while (delivered < count) rd_kafka_poll(client, 10);
  report(count, count * static_cast<std::int64_t>(content.size()), started);
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
  if (words.size() >= 6 && words[0] == "produce") {
    produce(words[1], words[2].c_str(), std::atoll(words[3].c_str()),
            Content(std::stoull(words[4]), std::stoull(words[5])), std::span(words).subspan(6));
  } else if (words.size() == 4 && words[0] == "consume") {
    consume(words[1], words[2].c_str(), std::atoll(words[3].c_str()));
  } else {
    fail(
        "usage: produce BOOTSTRAP TOPIC COUNT SIZE KEYS [NAME=VALUE...] | consume BOOTSTRAP TOPIC "
        "COUNT");
  }
  return 0;
}
