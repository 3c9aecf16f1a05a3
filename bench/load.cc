// SPDX-License-Identifier: Apache-2.0
// A librdkafka producer that goes as fast as it can, where the content matters:
//   load BOOTSTRAP TOPIC COUNT SIZE KEYS [NAME=VALUE...]
// One partition; it ends with the last acknowledgement. Each message has one of so many keys, and
// words that compress about as text does. NAME=VALUE is configuration of the producer.
#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <span>
#include <string>
#include <vector>

namespace {

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

std::int64_t delivered = 0;

void on_delivery(rd_kafka_t*, const rd_kafka_message_t* message, void*) {
  if (message->err) fail(rd_kafka_err2str(message->err));
  ++delivered;
}

// What messages are made of.
class Content {
 public:
  Content(std::size_t size, std::uint64_t keys) : size_(size), keys_(keys), text_(size + room) {
    write_words();
  }

  void next() {
    std::snprintf(key_, sizeof key_, "%016llx",
                  static_cast<unsigned long long>(random_() % keys_ * 0x9e3779b97f4a7c15));
    at_ = random_() % room;
  }
  char* value() { return text_.data() + at_; }
  std::size_t size() const { return size_; }
  const char* key() const { return key_; }
  std::size_t key_size() const { return sizeof key_ - 1; }

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
  rd_kafka_topic_destroy(topic);
  rd_kafka_destroy(client);
}

}  // namespace

int main(int count, char** arguments) {
  const std::vector<std::string> words(arguments + 1, arguments + count);
  if (words.size() < 5) fail("usage: BOOTSTRAP TOPIC COUNT SIZE KEYS [NAME=VALUE...]");
  produce(words[0], words[1].c_str(), std::atoll(words[2].c_str()),
          Content(std::stoull(words[3]), std::stoull(words[4])), std::span(words).subspan(5));
  return 0;
}
