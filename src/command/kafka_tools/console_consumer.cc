// SPDX-License-Identifier: Apache-2.0
#include "base/clock.h"
#include "base/parse_number.h"
#include "client/consumer.h"
#include "client/group_consumer.h"
#include "command/kafka_tools/kafka_tools.h"
#include "command/kafka_tools/message_formatter.h"
#include "command/kafka_tools/reset_plan.h"
#include "command/kafka_tools/subscription.h"
#include "command/output.h"
#include "command/places.h"
#include "command/stop.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <set>
#include <utility>

// kafka-console-consumer. Kafka: ConsoleConsumer.
namespace odradek::command::kafka_tools {

using client::ConsumerRecord;
using client::IsolationLevel;
using client::Offsets;
using client::TopicPartition;
using std::chrono::steady_clock;

namespace {

struct ConsoleConsumerArguments {
  std::string topic;
  std::string include;
  std::string group;
  std::optional<int> partition;
  std::string offset;
  bool from_beginning = false;
  std::optional<std::string> isolation;
  std::int64_t most = -1;
  std::int64_t timeout_ms = -1;
  std::string formatter = "org.apache.kafka.tools.consumer.DefaultMessageFormatter";
  std::string formatter_file;
  std::vector<std::string> formatter_properties;
  std::string key_deserializer;
  std::string value_deserializer;
  bool skips_errors = false;
  bool tells_events = false;
};

// What arguments and properties of the consumer come to.
struct Plan {
  std::string group;
  std::string from;  // a place, or "none" where a group must have one
  IsolationLevel isolation = IsolationLevel::read_uncommitted;
  bool commits = true;
  Subscription::Wish topics;
};

Result<std::string> place_of(const ConsoleConsumerArguments& arguments,
                             const Properties& properties) {
  const std::string offset = lower(arguments.offset);
  if (offset == "earliest") return std::string("start");
  if (offset == "latest") return std::string("end");
  if (!offset.empty()) return std::to_string(parse_java_number(offset).value_or(0));
  const std::string reset =
      text_of(properties, "auto.offset.reset", arguments.from_beginning ? "earliest" : "latest");
  if (arguments.from_beginning && reset != "earliest") {
    return usage_error("Can't simultaneously specify --from-beginning and 'auto.offset.reset=" +
                       reset + "', please remove one option");
  }
  if (reset == "earliest") return std::string("start");
  if (reset == "latest") return std::string("end");
  if (reset == "none") return reset;
  constexpr std::string_view by_duration = "by_duration:";
  if (reset.starts_with(by_duration)) {
    TRY(const auto ago, parse_iso_duration(std::string_view(reset).substr(by_duration.size())));
    return "@" + std::to_string(Clock::wall_time().value - ago.count());
  }
  return usage_error("Invalid value " + reset + " for configuration auto.offset.reset");
}

Result<std::string> group_of(const ConsoleConsumerArguments& arguments,
                             const Properties& properties) {
  std::set<std::string> given;
  if (!arguments.group.empty()) given.insert(arguments.group);
  if (const std::string group = text_of(properties, "group.id"); !group.empty()) {
    given.insert(group);
  }
  if (given.size() > 1) {
    return usage_error(fmt::format(
        "The group ids provided in different places (directly using '--group', via "
        "'--consumer-property', or via '--consumer.config') do not match. Detected group ids: '{}'",
        fmt::join(given, "', '")));
  }
  if (given.empty()) return std::string();
  if (arguments.partition) {
    return usage_error("Options group and partition cannot be specified together.");
  }
  return *given.begin();
}

Result<Subscription::Wish> wish_of(const ConsoleConsumerArguments& arguments,
                                   const Properties& properties) {
  Subscription::Wish wish{.topic = arguments.topic, .partition = arguments.partition};
  if (!arguments.include.empty()) {
    TRY(wish.pattern, TopicFilter::parse_pattern(arguments.include));
  }
  wish.hides_internal = is_true(properties, "exclude.internal.topics", true);
  if (!is_true(properties, "allow.auto.create.topics", true)) {
    wish.create = client::Cluster::AutoCreate::no;
  }
  const std::string age = text_of(properties, "metadata.max.age.ms", "300000");
  const auto milliseconds = parse_number<std::int64_t>(age);
  if (!milliseconds || *milliseconds < 0) {
    return usage_error("Invalid value " + age + " for configuration metadata.max.age.ms");
  }
  wish.age = within_reason(*milliseconds);
  return wish;
}

Result<Plan> plan_of(const ConsoleConsumerArguments& arguments, const Properties& properties) {
  Plan plan;
  TRY(plan.group, group_of(arguments, properties));
  TRY(plan.from, place_of(arguments, properties));
  const std::string isolation =
      arguments.isolation.value_or(text_of(properties, "isolation.level", "read_uncommitted"));
  if (isolation == "read_committed") {
    plan.isolation = IsolationLevel::read_committed;
  } else if (isolation != "read_uncommitted") {
    return usage_error("Invalid value " + isolation +
                       " for configuration isolation.level: String must be one of: read_committed, "
                       "read_uncommitted");
  }
  plan.commits = is_true(properties, "enable.auto.commit", true);
  TRY(plan.topics, wish_of(arguments, properties));
  return plan;
}

// Prints until there are enough, nothing came for long enough, or somebody says stop.
class Reading {
 public:
  using Done = std::function<void(const ConsumerRecord&)>;

  Reading(const ConsoleConsumerArguments& arguments, const MessageFormatter& formatter)
      : formatter_(formatter),
        most_(arguments.most),
        timeout_(arguments.timeout_ms >= 0 ? std::optional(within_reason(arguments.timeout_ms))
                                           : std::nullopt),
        skips_errors_(arguments.skips_errors),
        last_(steady_clock::now()) {}

  bool goes_on() const {
    if (timeout_ && steady_clock::now() - last_ > *timeout_) return false;
    return !is_stopped() && has_room();
  }
  // Says of each record that it need not come again, when it is printed.
  Result<> print(const std::vector<ConsumerRecord>& records, Output& output, const Done& done) {
    for (const ConsumerRecord& record : records) {
      if (!has_room() || is_stopped()) break;
      ++count_;
      last_ = steady_clock::now();
      const auto text = formatter_.text_of(record);
      if (text) {
        TRY(output.write(*text));
      } else if (skips_errors_) {
        fmt::print(stderr, "Error processing message, skipping this message: {}\n",
                   text.error().context);
      } else {
        return text.error();
      }
      done(record);
    }
    return {};
  }
  void tell() const { fmt::print(stderr, "Processed a total of {} messages\n", count_); }

 private:
  bool has_room() const { return most_ == -1 || count_ < most_; }

  const MessageFormatter& formatter_;
  std::int64_t most_;
  std::optional<client::Milliseconds> timeout_;
  bool skips_errors_;
  std::int64_t count_ = 0;
  steady_clock::time_point last_;
};

Result<Offsets> begin_at(Session& session, const Plan& plan,
                         const std::vector<TopicPartition>& partitions) {
  if (plan.from == "none") {
    return Error{Fault::invalid, "Undefined offset with no reset policy for partitions"};
  }
  return places(session.cluster(), partitions, plan.from, IsolationLevel::read_uncommitted);
}

// Without a group: all partitions, and nobody else's business.
Result<> consume_alone(Session& session, const Plan& plan, Subscription& subscription,
                       Reading& reading) {
  const auto begin = [&](const auto& partitions) { return begin_at(session, plan, partitions); };
  client::Consumer consumer(session.cluster(), plan.isolation, begin);
  consumer.set_patience(client::without_end);
  consumer.set_deleted(client::Consumer::Deleted::wait);
  TRY(auto positions, begin(subscription.partitions()));
  consumer.assign(std::move(positions));
  Output output;
  bool is_other = false;
  while (reading.goes_on()) {
    TRY(const auto records, consumer.poll(poll_time));
    TRY(reading.print(records, output, [](const ConsumerRecord&) {}));
    TRY(const bool has_changed, subscription.has_changed());
    is_other = is_other || has_changed;
    if (!is_other) continue;
    std::vector<TopicPartition> fresh;
    Offsets known;
    for (const TopicPartition& each : subscription.partitions()) {
      const auto position = consumer.positions().find(each);
      if (position == consumer.positions().end()) {
        fresh.push_back(each);
      } else {
        known.insert(*position);
      }
    }
    auto begun = begin(fresh);
    if (!begun && begun.error().fault == Fault::unreachable) continue;  // perhaps the next time
    if (!begun) return begun.error();
    begun->merge(known);
    consumer.assign(std::move(*begun));
    is_other = false;
  }
  return {};
}

Result<> consume_assigned(client::GroupConsumer& consumer, Subscription& subscription,
                          Reading& reading) {
  Output output([&] { return consumer.stay(); });
  while (reading.goes_on()) {
    TRY(const auto records, consumer.poll(poll_time));
    TRY(reading.print(records, output, [&](const auto& record) { consumer.done(record); }));
    TRY(const bool is_other, subscription.has_changed());
    if (is_other) consumer.subscribe(subscription.topics());
  }
  return {};
}

Result<> consume_in_group(Session& session, const Plan& plan, Subscription& subscription,
                          Reading& reading) {
  client::GroupConsumer consumer(
      session.cluster(), plan.group, subscription.topics(), plan.isolation,
      [&](const auto& partitions) { return begin_at(session, plan, partitions); });
  consumer.set_auto_commit(plan.commits);
  consumer.set_patience(client::without_end);
  consumer.set_deleted(client::Consumer::Deleted::wait);
  const auto joined = consumer.join();
  const auto done = joined ? consume_assigned(consumer, subscription, reading) : joined;
  const auto left = consumer.leave();
  return done ? left : done;
}

Result<> consume(Session& session, const ConsoleConsumerArguments& arguments,
                 const Properties& properties) {
  TRY(const Plan plan, plan_of(arguments, properties));
  TRY(auto of_formatter, read_properties(arguments.formatter_file, arguments.formatter_properties));
  if (!arguments.key_deserializer.empty()) {
    of_formatter["key.deserializer"] = arguments.key_deserializer;
  }
  if (!arguments.value_deserializer.empty()) {
    of_formatter["value.deserializer"] = arguments.value_deserializer;
  }
  TRY(const auto formatter, make_formatter(arguments.formatter, of_formatter));
  watch_for_stop();
  Reading reading(arguments, *formatter);
  TRY(auto subscription, Subscription::make(session.cluster(), plan.topics));
  const auto done = plan.group.empty() ? consume_alone(session, plan, subscription, reading)
                                       : consume_in_group(session, plan, subscription, reading);
  reading.tell();
  if (arguments.tells_events) fmt::print("shutdown_complete\n");
  return done;
}

void add_places(CLI::App& app, OptionRules& rules, ConsoleConsumerArguments& arguments) {
  const auto* const topic = app.add_option("--topic", arguments.topic);
  const auto* const include =
      app.add_option("--include", arguments.include, "Topics by a regular expression");
  const auto* const partition =
      app.add_option("--partition", arguments.partition)->check(java_number());
  const auto* const offset =
      app.add_option("--offset", arguments.offset, "earliest, latest or an offset");
  const auto* const beginning = app.add_flag("--from-beginning", arguments.from_beginning);
  rules.add([=, &arguments]() -> Result<> {
    if ((topic->count() > 0) == (include->count() > 0)) {
      return usage_error("Exactly one of the following arguments is required: [topic], [include]");
    }
    if (partition->count() > 0 && topic->count() == 0) {
      return usage_error("The topic is required when partition is specified.");
    }
    if (partition->count() > 0 && offset->count() > 0 && beginning->count() > 0) {
      return usage_error("Options from-beginning and offset cannot be specified together.");
    }
    if (offset->count() == 0) return {};
    if (partition->count() == 0) {
      return usage_error("The partition is required when offset is specified.");
    }
    const auto number = parse_java_number(arguments.offset);
    const std::string word = lower(arguments.offset);
    if (word == "earliest" || word == "latest" || (number && *number >= 0)) return {};
    return usage_error(
        "The provided offset value '" + arguments.offset +
        "' is incorrect. Valid values are 'earliest', 'latest', or a non-negative long.");
  });
}

void add_formatting(CLI::App& app, OptionRules& rules, ConsoleConsumerArguments& arguments) {
  app.add_option("--formatter", arguments.formatter,
                 "DefaultMessageFormatter, LoggingMessageFormatter or NoOpMessageFormatter");
  const auto* const properties =
      app.add_option("--formatter-property", arguments.formatter_properties,
                     "print.key=true, print.timestamp, print.partition, print.offset, "
                     "print.headers, print.value, key.separator, line.separator, "
                     "headers.separator, null.literal, key.deserializer, value.deserializer, "
                     "headers.deserializer")
          ->allow_extra_args(false);
  rules.prefer(
      properties,
      app.add_option("--property", arguments.formatter_properties)->allow_extra_args(false));
  app.add_option("--formatter-config", arguments.formatter_file, "A file of such properties");
  app.add_option("--key-deserializer", arguments.key_deserializer, "A class of Kafka's");
  app.add_option("--value-deserializer", arguments.value_deserializer, "A class of Kafka's");
}

}  // namespace

Action console_consumer(CLI::App& app, ToolSettings& settings) {
  const auto arguments = std::make_shared<ConsoleConsumerArguments>();
  settings.session.client_id = "console-consumer";
  add_places(app, settings.rules, *arguments);
  settings.rules.require(settings.bootstrap);
  add_client_properties(app, settings, "--consumer.config", "--consumer-property");
  add_formatting(app, settings.rules, *arguments);
  app.add_option("--group", arguments->group);
  app.add_option("--isolation-level", arguments->isolation, "read_committed or read_uncommitted");
  app.add_option("--max-messages", arguments->most)->check(java_number());
  app.add_option("--timeout-ms", arguments->timeout_ms, "End when nothing came for so long")
      ->check(java_number());
  app.add_flag("--skip-message-on-error", arguments->skips_errors);
  app.add_flag("--enable-systest-events", arguments->tells_events);
  return [arguments, &settings](Session& session) {
    return consume(session, *arguments, settings.properties);
  };
}

}  // namespace odradek::command::kafka_tools
