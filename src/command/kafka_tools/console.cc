// SPDX-License-Identifier: Apache-2.0
#include "client/consumer.h"
#include "client/group_consumer.h"
#include "client/producer.h"
#include "command/kafka_tools/kafka_tools.h"
#include "command/line_input.h"
#include "command/places.h"
#include "command/stop.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <map>
#include <memory>
#include <span>
#include <utility>

// kafka-console-producer and kafka-console-consumer. Kafka: ConsoleProducer, LineMessageReader,
// ConsoleConsumer, DefaultMessageFormatter.
namespace odradek::command::kafka_tools {

using std::chrono::steady_clock;

namespace {

constexpr client::Milliseconds poll_time{250};

// "--property a=b", by name.
using Properties = std::map<std::string, std::string>;

Result<Properties> read_properties(const std::vector<std::string>& given) {
  Properties properties;
  for (const std::string& text : given) {
    TRY(auto assignment, parse_assignment(text));
    properties[assignment.name] = assignment.value;
  }
  return properties;
}

bool is_true(const Properties& properties, const std::string& name) {
  const auto found = properties.find(name);
  return found != properties.end() && found->second == "true";
}

std::string text_of(const Properties& properties, const std::string& name, const char* otherwise) {
  const auto found = properties.find(name);
  return found == properties.end() ? otherwise : found->second;
}

Buffer bytes_of(std::string_view text) {
  const Bytes bytes = as_bytes(text);
  return {bytes.begin(), bytes.end()};
}

struct ProducerArguments {
  std::string topic;
  std::vector<std::string> properties;
  std::vector<std::string> producer_properties;
  std::string codec;
  std::string acks;
};

Result<> produce(Session& session, const ProducerArguments& arguments) {
  TRY(const Properties properties, read_properties(arguments.properties));
  const bool has_keys = is_true(properties, "parse.key");
  const std::string separator = text_of(properties, "key.separator", "\t");
  const std::map<std::string, wire::Codec> codecs{{"gzip", wire::Codec::gzip},
                                                  {"snappy", wire::Codec::snappy},
                                                  {"lz4", wire::Codec::lz4},
                                                  {"zstd", wire::Codec::zstd}};
  client::Producer::Settings settings;
  if (const auto codec = codecs.find(arguments.codec); codec != codecs.end()) {
    settings.codec = codec->second;
  }
  TRY(auto producer, client::Producer::open(session.cluster(), arguments.topic, settings));
  const bool is_asked = ::isatty(STDIN_FILENO) != 0;
  std::int64_t number = 0;
  LineInput input;
  const auto next = [&](std::string& line) {
    if (is_asked) session.print(">");
    std::fflush(stdout);
    return input.next(line);
  };
  for (std::string line; next(line);) {
    ++number;
    client::ProducerRecord record;
    std::string_view value = line;
    if (has_keys) {
      const auto at = value.find(separator);
      if (at == std::string_view::npos) {
        return Error{Fault::invalid,
                     fmt::format("No key separator found on line number {}: '{}'", number, line)};
      }
      record.key = bytes_of(value.substr(0, at));
      value.remove_prefix(at + separator.size());
    }
    record.value = bytes_of(value);
    TRY(producer.send(record));
    if (input.would_wait()) {
      TRY(producer.flush());
    }
  }
  return producer.flush();
}

struct ConsumerArguments {
  std::string topic;
  std::string group;
  std::vector<std::string> properties;
  std::vector<std::string> consumer_properties;
  std::optional<int> partition;
  std::string offset;
  std::string isolation = "read_uncommitted";
  bool from_beginning = false;
  std::int64_t most = -1;
  std::int64_t timeout_ms = -1;
};

// A line for each record, by the properties of DefaultMessageFormatter.
class Formatter {
 public:
  explicit Formatter(const Properties& properties)
      : prints_timestamp_(is_true(properties, "print.timestamp")),
        prints_partition_(is_true(properties, "print.partition")),
        prints_offset_(is_true(properties, "print.offset")),
        prints_headers_(is_true(properties, "print.headers")),
        prints_key_(is_true(properties, "print.key")),
        prints_value_(text_of(properties, "print.value", "true") == "true"),
        key_separator_(text_of(properties, "key.separator", "\t")),
        line_separator_(text_of(properties, "line.separator", "\n")),
        null_(text_of(properties, "null.literal", "null")) {}

  std::string line(const client::ConsumerRecord& record) const {
    std::vector<std::string> fields;
    if (prints_timestamp_) fields.push_back(fmt::format("CreateTime:{}", record.timestamp.value));
    if (prints_partition_)
      fields.push_back(fmt::format("Partition:{}", record.from.partition.value));
    if (prints_offset_) fields.push_back(fmt::format("Offset:{}", record.offset.value));
    if (prints_headers_) fields.push_back(headers(record));
    if (prints_key_) fields.push_back(field(record.key));
    if (prints_value_) fields.push_back(field(record.value));
    std::string text;
    for (const std::string& each : fields)
      text += (&each == &fields[0] ? "" : key_separator_) + each;
    return text + line_separator_;
  }

 private:
  std::string field(const std::optional<Buffer>& bytes) const {
    return bytes ? std::string(as_text(*bytes)) : null_;
  }
  std::string headers(const client::ConsumerRecord& record) const {
    std::string text;
    for (const auto& [name, value] : record.headers) {
      text += (text.empty() ? "" : ",") + name + ":" + value.value_or(null_);
    }
    return text.empty() ? "NO_HEADERS" : text;
  }

  bool prints_timestamp_;
  bool prints_partition_;
  bool prints_offset_;
  bool prints_headers_;
  bool prints_key_;
  bool prints_value_;
  std::string key_separator_;
  std::string line_separator_;
  std::string null_;
};

// Where it begins: as asked, else at the end.
std::string place_of(const ConsumerArguments& arguments) {
  if (arguments.from_beginning || arguments.offset == "earliest") return "start";
  if (arguments.offset.empty() || arguments.offset == "latest") return "end";
  return arguments.offset;
}

// Prints until there are enough, nothing came for long enough, or somebody says stop.
class Reading {
 public:
  Reading(const ConsumerArguments& arguments, Formatter formatter)
      : formatter_(std::move(formatter)),
        most_(arguments.most),
        timeout_ms_(arguments.timeout_ms),
        last_(steady_clock::now()) {}

  bool goes_on() {
    if (timeout_ms_ >= 0 && steady_clock::now() - last_ > client::Milliseconds(timeout_ms_)) {
      return false;
    }
    return !is_stopped() && count_ != most_;
  }
  // Returns those that were printed, which need not come again.
  std::span<const client::ConsumerRecord> print(
      const Session& session, const std::vector<client::ConsumerRecord>& records) {
    std::size_t printed = 0;
    for (; printed < records.size() && count_ != most_; ++printed, ++count_) {
      session.print(formatter_.line(records[printed]));
      last_ = steady_clock::now();
    }
    std::fflush(stdout);
    return std::span(records).first(printed);
  }
  void tell() const { fmt::print(stderr, "Processed a total of {} messages\n", count_); }

 private:
  Formatter formatter_;
  std::int64_t most_;
  std::int64_t timeout_ms_;
  std::int64_t count_ = 0;
  steady_clock::time_point last_;
};

Result<> consume_alone(Session& session, const ConsumerArguments& arguments,
                       client::IsolationLevel isolation, Reading& reading) {
  TRY(auto partitions,
      client::partitions_of(session.cluster(), arguments.topic, client::Cluster::AutoCreate::yes));
  if (arguments.partition) {
    std::erase_if(partitions,
                  [&](const auto& each) { return each.partition.value != *arguments.partition; });
  }
  if (partitions.empty()) {
    return Error{Fault::not_found, "topic " + arguments.topic + " has no such partition"};
  }
  TRY(auto begin, places(session.cluster(), partitions, place_of(arguments),
                         client::IsolationLevel::read_uncommitted));
  client::Consumer consumer(session.cluster(), isolation);
  consumer.assign(std::move(begin));
  while (reading.goes_on()) {
    TRY(const auto records, consumer.poll(poll_time));
    reading.print(session, records);
  }
  return {};
}

Result<> consume_assigned(Session& session, client::GroupConsumer& consumer, Reading& reading) {
  while (reading.goes_on()) {
    TRY(const auto records, consumer.poll(poll_time));
    for (const auto& record : reading.print(session, records)) consumer.done(record);
  }
  return {};
}

Result<> consume_in_group(Session& session, const ConsumerArguments& arguments,
                          client::IsolationLevel isolation, Reading& reading) {
  client::GroupConsumer consumer(session.cluster(), arguments.group, {arguments.topic}, isolation,
                                 [&](const auto& partitions) {
                                   return places(session.cluster(), partitions, place_of(arguments),
                                                 client::IsolationLevel::read_uncommitted);
                                 });
  TRY(consumer.join());
  const auto done = consume_assigned(session, consumer, reading);
  const auto left = consumer.leave();
  return done ? left : done;
}

Result<> consume(Session& session, const ConsumerArguments& arguments) {
  TRY(const Properties properties, read_properties(arguments.properties));
  TRY(const Properties settings, read_properties(arguments.consumer_properties));
  ConsumerArguments chosen = arguments;
  if (chosen.group.empty()) chosen.group = text_of(settings, "group.id", "");
  if (text_of(settings, "auto.offset.reset", "") == "earliest") chosen.from_beginning = true;
  const auto isolation =
      text_of(settings, "isolation.level", arguments.isolation.c_str()) == "read_committed"
          ? client::IsolationLevel::read_committed
          : client::IsolationLevel::read_uncommitted;
  watch_for_stop();
  Reading reading(chosen, Formatter(properties));
  const auto done = chosen.group.empty() || chosen.partition
                        ? consume_alone(session, chosen, isolation, reading)
                        : consume_in_group(session, chosen, isolation, reading);
  reading.tell();
  return done;
}

}  // namespace

Action console_producer(CLI::App& app) {
  const auto arguments = std::make_shared<ProducerArguments>();
  app.add_option("--topic", arguments->topic)->required();
  app.add_option("--property,--reader-property", arguments->properties,
                 "parse.key=true, key.separator=:");
  app.add_option("--producer-property,--command-property", arguments->producer_properties,
                 "Taken as they are");
  app.add_option("--compression-codec", arguments->codec)->expected(0, 1)->default_str("gzip");
  app.add_option("--request-required-acks", arguments->acks);
  app.add_flag("--sync")->description("It always is");
  return [arguments](Session& session) { return produce(session, *arguments); };
}

Action console_consumer(CLI::App& app) {
  const auto arguments = std::make_shared<ConsumerArguments>();
  app.add_option("--topic", arguments->topic)->required();
  app.add_option("--group", arguments->group);
  app.add_option("--property,--formatter-property", arguments->properties,
                 "print.key=true, print.timestamp, print.partition, print.offset, print.headers, "
                 "print.value, key.separator, line.separator, null.literal");
  app.add_option("--consumer-property,--command-property", arguments->consumer_properties,
                 "group.id, auto.offset.reset and isolation.level count");
  app.add_option("--partition", arguments->partition);
  app.add_option("--offset", arguments->offset, "earliest, latest or an offset");
  app.add_option("--isolation-level", arguments->isolation);
  app.add_flag("--from-beginning", arguments->from_beginning);
  app.add_option("--max-messages", arguments->most);
  app.add_option("--timeout-ms", arguments->timeout_ms);
  return [arguments](Session& session) { return consume(session, *arguments); };
}

}  // namespace odradek::command::kafka_tools
