// SPDX-License-Identifier: Apache-2.0
#include "command/kafka_tools/message_formatter.h"

#include "command/kafka_tools/deserializers.h"

#include <fmt/format.h>

#include <utility>
#include <vector>

namespace odradek::command::kafka_tools {

using client::ConsumerRecord;

namespace {

// Kafka goes on without one that it cannot load.
Deserializer chosen_deserializer(const Properties& properties, const char* key) {
  const std::string name = text_of(properties, key);
  if (name.empty()) return nullptr;
  const Deserializer found = find_deserializer(name);
  if (!found) fmt::print(stderr, "Unable to instantiate a deserializer from {}\n", name);
  return found;
}

std::string timestamp_text(const ConsumerRecord& record) {
  return fmt::format("{}:{}", record.has_log_append_time ? "LogAppendTime" : "CreateTime",
                     record.timestamp.value);
}

class DefaultMessageFormatter : public MessageFormatter {
 public:
  explicit DefaultMessageFormatter(const Properties& properties)
      : prints_timestamp_(is_true(properties, "print.timestamp")),
        prints_partition_(is_true(properties, "print.partition")),
        prints_offset_(is_true(properties, "print.offset")),
        prints_delivery_(is_true(properties, "print.delivery")),
        prints_epoch_(is_true(properties, "print.epoch")),
        prints_headers_(is_true(properties, "print.headers")),
        prints_key_(is_true(properties, "print.key")),
        prints_value_(is_true(properties, "print.value", true)),
        key_separator_(kafka_tools::text_of(properties, "key.separator", "\t")),
        line_separator_(kafka_tools::text_of(properties, "line.separator", "\n")),
        headers_separator_(kafka_tools::text_of(properties, "headers.separator", ",")),
        null_(kafka_tools::text_of(properties, "null.literal", "null")),
        key_deserializer_(chosen_deserializer(properties, "key.deserializer")),
        value_deserializer_(chosen_deserializer(properties, "value.deserializer")),
        headers_deserializer_(chosen_deserializer(properties, "headers.deserializer")) {}

  Result<std::string> text_of(const ConsumerRecord& record) const override {
    TRY(const auto fields, fields_of(record));
    if (fields.empty()) return std::string();
    return fmt::format("{}{}", fmt::join(fields, key_separator_), line_separator_);
  }

 private:
  Result<std::vector<std::string>> fields_of(const ConsumerRecord& record) const {
    std::vector<std::string> fields;
    if (prints_timestamp_) fields.push_back(timestamp_text(record));
    if (prints_partition_) {
      fields.push_back(fmt::format("Partition:{}", record.from.partition.value));
    }
    if (prints_offset_) fields.push_back(fmt::format("Offset:{}", record.offset.value));
    // Kafka's console consumer tells its formatter neither.
    if (prints_delivery_) fields.emplace_back("Delivery:NOT_PRESENT");
    if (prints_epoch_) fields.emplace_back("Epoch:NOT_PRESENT");
    if (prints_headers_) {
      TRY(fields.emplace_back(), headers_of(record));
    }
    const auto bytes_of = [](const std::optional<Buffer>& field) {
      return field ? std::optional<Bytes>(*field) : std::nullopt;
    };
    if (prints_key_) {
      TRY(fields.emplace_back(), field(bytes_of(record.key), key_deserializer_));
    }
    if (prints_value_) {
      TRY(fields.emplace_back(), field(bytes_of(record.value), value_deserializer_));
    }
    return fields;
  }
  Result<std::string> field(std::optional<Bytes> bytes, Deserializer deserializer) const {
    const Bytes given = bytes.value_or(as_bytes(null_));
    return deserializer ? deserializer(given) : Result<std::string>(std::string(as_text(given)));
  }
  Result<std::string> headers_of(const ConsumerRecord& record) const {
    if (record.headers.empty()) return std::string("NO_HEADERS");
    std::string text;
    for (const auto& [name, value] : record.headers) {
      const auto bytes = value ? std::optional<Bytes>(as_bytes(*value)) : std::nullopt;
      TRY(const std::string shown, field(bytes, headers_deserializer_));
      text += (text.empty() ? "" : headers_separator_) + name + ":" + shown;
    }
    return text;
  }

  bool prints_timestamp_;
  bool prints_partition_;
  bool prints_offset_;
  bool prints_delivery_;
  bool prints_epoch_;
  bool prints_headers_;
  bool prints_key_;
  bool prints_value_;
  std::string key_separator_;
  std::string line_separator_;
  std::string headers_separator_;
  std::string null_;
  Deserializer key_deserializer_;
  Deserializer value_deserializer_;
  Deserializer headers_deserializer_;
};

// Kafka's also logs each record, on standard error here.
class LoggingMessageFormatter : public MessageFormatter {
 public:
  explicit LoggingMessageFormatter(const Properties& properties) : printed_(properties) {}

  Result<std::string> text_of(const ConsumerRecord& record) const override {
    const auto shown = [](const std::optional<Buffer>& field) {
      return field ? std::string(as_text(*field)) : std::string("null");
    };
    fmt::print(stderr, "{}, key:{}, value:{}\n", timestamp_text(record), shown(record.key),
               shown(record.value));
    return printed_.text_of(record);
  }

 private:
  DefaultMessageFormatter printed_;
};

class NoOpMessageFormatter : public MessageFormatter {
 public:
  Result<std::string> text_of(const ConsumerRecord&) const override { return std::string(); }
};

}  // namespace

Result<std::unique_ptr<MessageFormatter>> make_formatter(const std::string& name,
                                                         const Properties& properties) {
  using Made = std::unique_ptr<MessageFormatter>;
  // "org.apache.kafka.tools.consumer." since 4.0, "kafka.tools." before.
  const std::string simple = name.substr(name.rfind('.') + 1);
  const bool is_kafkas = name.starts_with("org.apache.kafka.tools.") || name.starts_with("kafka.");
  if (is_kafkas && simple == "DefaultMessageFormatter") {
    return Made(std::make_unique<DefaultMessageFormatter>(properties));
  }
  if (is_kafkas && simple == "LoggingMessageFormatter") {
    return Made(std::make_unique<LoggingMessageFormatter>(properties));
  }
  if (is_kafkas && simple == "NoOpMessageFormatter") {
    return Made(std::make_unique<NoOpMessageFormatter>());
  }
  return Error{Fault::invalid, "there is no Java here, so no " + name +
                                   ": only DefaultMessageFormatter, LoggingMessageFormatter and "
                                   "NoOpMessageFormatter of org.apache.kafka.tools.consumer"};
}

}  // namespace odradek::command::kafka_tools
