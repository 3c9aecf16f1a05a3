// SPDX-License-Identifier: Apache-2.0
#include "base/parse_number.h"
#include "client/producer.h"
#include "command/kafka_tools/kafka_tools.h"
#include "command/kafka_tools/line_reader.h"
#include "command/line_input.h"
#include "command/stop.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include <memory>

// kafka-console-producer. Kafka: ConsoleProducer.
namespace odradek::command::kafka_tools {
namespace {

struct ConsoleProducerArguments {
  std::string topic;
  const CLI::Option* codec = nullptr;
  std::string codec_name;
  std::optional<std::string> acks;
  std::optional<std::int64_t> batch_bytes;
  std::string reader = "org.apache.kafka.tools.LineMessageReader";
  std::string reader_file;
  std::vector<std::string> reader_properties;
  bool is_sync = false;
  std::int64_t unused = 0;
};

Error wrong_config(const char* name, const std::string& value, const char* expected) {
  return {Fault::invalid,
          fmt::format("Invalid value {} for configuration {}: {}", value, name, expected)};
}

Result<std::int16_t> parse_acks(const std::string& text) {
  if (text == "all" || text == "-1") return std::int16_t{-1};
  if (text == "0" || text == "1") return text == "0" ? std::int16_t{0} : std::int16_t{1};
  return wrong_config("acks", text, "String must be one of: all, -1, 0, 1");
}

// Flags count more than properties, as Kafka has it.
Result<client::Producer::Settings> producer_settings(const ConsoleProducerArguments& arguments,
                                                     const Properties& properties) {
  client::Producer::Settings settings;
  TRY(settings.acks, parse_acks(arguments.acks.value_or(text_of(properties, "acks", "all"))));
  std::string codec = text_of(properties, "compression.type", "none");
  if (arguments.codec->count() > 0) {
    codec = arguments.codec_name.empty() ? "gzip" : arguments.codec_name;
  }
  const auto parsed = wire::parse_codec(codec);
  if (!parsed)
    return wrong_config("compression.type", codec,
                        "String must be one of: none, gzip, snappy, lz4, zstd");
  settings.codec = *parsed;
  const std::string size = arguments.batch_bytes ? std::to_string(*arguments.batch_bytes)
                                                 : text_of(properties, "batch.size", "16384");
  const auto bytes = parse_number<std::int32_t>(size);
  if (!bytes || *bytes < 0) return wrong_config("batch.size", size, "Value must be at least 0");
  settings.batch_bytes = static_cast<std::size_t>(*bytes);
  return settings;
}

// A record that cannot be written is told of, and the next one is tried; unless each is waited for.
class Sending {
 public:
  Sending(client::Producer& producer, const std::string& topic, bool is_sync)
      : producer_(producer), topic_(topic), is_sync_(is_sync) {}

  Result<> send(client::ProducerRecord record) {
    TRY(judged(producer_.send(std::move(record))));
    return is_sync_ ? flush() : Result<>();
  }
  Result<> flush() { return judged(producer_.flush()); }

 private:
  Result<> judged(const Result<>& done) {
    if (done || is_sync_) return done;
    fmt::print(stderr, "Error when sending message to topic {}: {}\n", topic_,
               message_of(done.error()));
    return {};
  }

  client::Producer& producer_;
  const std::string& topic_;
  bool is_sync_;
};

Result<> send_lines(Session& session, const LineReader& reader, Sending& sending) {
  const bool is_asked = ::isatty(STDIN_FILENO) != 0;
  watch_for_stop();
  LineInput input;
  const auto next = [&](std::string& line) {
    if (is_asked) session.print(">");
    std::fflush(stdout);
    return input.next(line);
  };
  std::int64_t number = 0;
  for (std::string line; next(line);) {
    if (line.ends_with('\r')) line.pop_back();
    auto record = reader.read(line, ++number);
    if (!record) return record.error();
    TRY(sending.send(std::move(*record)));
    if (input.would_wait()) {
      TRY(sending.flush());
    }
  }
  return {};
}

Result<> produce(Session& session, const ConsoleProducerArguments& arguments,
                 const Properties& properties) {
  const bool is_known = arguments.reader == "org.apache.kafka.tools.LineMessageReader" ||
                        arguments.reader == "kafka.tools.ConsoleProducer$LineMessageReader";
  if (!is_known) {
    return Error{Fault::invalid, "there is no Java here, so no " + arguments.reader +
                                     ": only org.apache.kafka.tools.LineMessageReader"};
  }
  TRY(const Properties of_reader,
      read_properties(arguments.reader_file, arguments.reader_properties));
  TRY(const auto reader, LineReader::make(of_reader));
  TRY(const auto settings, producer_settings(arguments, properties));
  TRY(auto producer, client::Producer::open(session.cluster(), arguments.topic, settings));
  Sending sending(producer, arguments.topic, arguments.is_sync);
  const auto sent = send_lines(session, reader, sending);
  const auto flushed = sending.flush();
  return sent ? flushed : sent;
}

// What Kafka's client is tuned with, and ours is not.
void add_tuning(CLI::App& app, ConsoleProducerArguments& arguments) {
  for (const char* const name :
       {"--message-send-max-retries", "--retry-backoff-ms", "--timeout", "--metadata-expiry-ms",
        "--max-block-ms", "--max-memory-bytes", "--socket-buffer-size"}) {
    app.add_option(name, arguments.unused, "Taken, and without effect");
  }
}

}  // namespace

Action console_producer(CLI::App& app, ToolSettings& settings) {
  const auto arguments = std::make_shared<ConsoleProducerArguments>();
  OptionRules& rules = settings.rules;
  settings.session.client_id = "console-producer";
  rules.require(app.add_option("--topic", arguments->topic));
  rules.require(settings.bootstrap);
  add_client_properties(app, settings, "--producer.config", "--producer-property");
  const auto* const properties =
      app.add_option("--reader-property", arguments->reader_properties,
                     "parse.key=true, key.separator=:, parse.headers, headers.delimiter, "
                     "headers.separator, headers.key.separator, ignore.error, null.marker")
          ->allow_extra_args(false);
  rules.prefer(properties,
               app.add_option("--property", arguments->reader_properties)->allow_extra_args(false));
  app.add_option("--reader-config", arguments->reader_file, "A file of such properties");
  app.add_option("--line-reader", arguments->reader, "Only LineMessageReader");
  arguments->codec = app.add_option("--compression-codec", arguments->codec_name,
                                    "none, gzip, snappy, lz4 or zstd; gzip where it has no value")
                         ->expected(0, 1);
  app.add_option("--request-required-acks", arguments->acks, "all, -1, 0 or 1");
  app.add_option("--batch-size,--max-partition-memory-bytes", arguments->batch_bytes, "Bytes");
  const auto set_timeout = [&settings](const std::int64_t& milliseconds) {
    settings.session.timeout = within_reason(milliseconds);
    settings.has_timeout = true;
  };
  app.add_option_function<std::int64_t>("--request-timeout-ms", set_timeout)
      ->check(CLI::PositiveNumber);
  app.add_flag("--sync", arguments->is_sync, "Wait for each record");
  add_tuning(app, *arguments);
  return [arguments, &settings](Session& session) {
    return produce(session, *arguments, settings.properties);
  };
}

}  // namespace odradek::command::kafka_tools
