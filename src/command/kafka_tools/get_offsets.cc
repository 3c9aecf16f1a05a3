// SPDX-License-Identifier: Apache-2.0
#include "base/parse_number.h"
#include "base/text.h"
#include "client/consumer.h"
#include "command/kafka_tools/kafka_tools.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <memory>

// kafka-get-offsets. Kafka: GetOffsetShell.
namespace odradek::command::kafka_tools {

using client::TopicPartition;

namespace {

struct GetOffsetsArguments {
  std::string topic;
  std::string partitions;
  std::string topic_partitions;
  std::string time = "latest";
  bool excludes_internal = false;
};

// Kafka: OffsetSpec, ListOffsetsRequest.
Result<Timestamp> time_of(const std::string& text) {
  constexpr std::array names{"latest",         "earliest",      "max-timestamp",
                             "earliest-local", "latest-tiered", "earliest-pending-upload"};
  const auto name = std::find(names.begin(), names.end(), text);
  if (name != names.end()) return Timestamp{-1 - (name - names.begin())};
  if (const auto number = parse_number<std::int64_t>(text)) return Timestamp{*number};
  return Error{Fault::invalid,
               "Malformed time argument " + text +
                   ". Please use -1 or latest / -2 or earliest / -3 or max-timestamp / -4 or "
                   "earliest-local / -5 or latest-tiered / -6 or earliest-pending-upload, or a "
                   "specified long format timestamp"};
}

// Which partitions of which topics. Kafka: TopicPartitionFilter.
class PartitionFilter {
 public:
  PartitionFilter(TopicFilter topics, std::vector<std::int32_t> ids)
      : topics_(std::move(topics)), ids_(std::move(ids)) {}
  PartitionFilter(TopicFilter topics, std::int32_t first, std::int32_t end)
      : topics_(std::move(topics)), first_(first), end_(end) {}

  bool matches(const TopicPartition& place) const {
    const std::int32_t id = place.partition.value;
    const bool is_one = ids_.empty() || std::count(ids_.begin(), ids_.end(), id) > 0;
    return is_one && id >= first_ && id < end_ && topics_.matches(place.topic);
  }

 private:
  TopicFilter topics_;
  std::vector<std::int32_t> ids_;  // any where it is empty
  std::int32_t first_ = 0;
  std::int32_t end_ = std::numeric_limits<std::int32_t>::max();
};

// "topic", "topic:3", "topic:2-5" without the last, "topic:2-", "topic:-5", ":3".
Result<PartitionFilter> parse_rule(std::string_view text) {
  const Error wrong{Fault::invalid, "Invalid rule specification: " + std::string(text)};
  std::string_view rest = text;
  const std::string_view pattern = take_part(rest, ':');
  TRY(auto topics, TopicFilter::parse(pattern.empty() ? ".*" : pattern));
  if (rest.find_first_not_of("0123456789-") != std::string_view::npos) return wrong;
  const auto number = [](std::string_view digits, std::int32_t otherwise) {
    return digits.empty() ? std::optional(otherwise) : parse_number<std::int32_t>(digits);
  };
  constexpr auto most = std::numeric_limits<std::int32_t>::max();
  const bool is_range = rest.find('-') != std::string_view::npos;
  const auto first = number(take_part(rest, '-'), 0);
  const auto end = number(rest, most);
  if (!first || !end) return wrong;
  const bool is_one = !is_range && text.find(':') != std::string_view::npos && text.back() != ':';
  if (is_one) return PartitionFilter(std::move(topics), {*first});
  return PartitionFilter(std::move(topics), *first, *end);
}

Result<std::vector<PartitionFilter>> filters_of(const GetOffsetsArguments& arguments) {
  std::vector<PartitionFilter> filters;
  for (const std::string& rule : split_words(arguments.topic_partitions)) {
    TRY(auto filter, parse_rule(rule));
    filters.push_back(std::move(filter));
  }
  if (!filters.empty()) return filters;
  TRY(auto topics, TopicFilter::parse(arguments.topic.empty() ? ".*" : arguments.topic));
  std::vector<std::int32_t> ids;
  for (const std::string& word : split_words(arguments.partitions)) {
    const auto id = parse_number<std::int32_t>(word);
    if (!id) {
      return Error{Fault::invalid,
                   "--partitions expects a comma separated list of numeric partition ids, but "
                   "received: " +
                       arguments.partitions};
    }
    ids.push_back(*id);
  }
  filters.emplace_back(std::move(topics), std::move(ids));
  return filters;
}

Result<std::vector<TopicPartition>> chosen(Session& session, const GetOffsetsArguments& arguments) {
  TRY(const auto filters, filters_of(arguments));
  TRY(const auto metadata, session.cluster().metadata_of_all());
  std::vector<TopicPartition> partitions;
  for (const auto& topic : metadata.topics) {
    if (arguments.excludes_internal && topic.is_internal) continue;
    for (const auto& each : topic.partitions) {
      TopicPartition place{topic.name.value_or(""), each.partition_index};
      const bool is_wanted = std::any_of(filters.begin(), filters.end(),
                                         [&](const auto& filter) { return filter.matches(place); });
      if (is_wanted) partitions.push_back(std::move(place));
    }
  }
  if (partitions.empty()) {
    return Error{Fault::not_found,
                 "Could not match any topic-partitions with the specified filters"};
  }
  std::sort(partitions.begin(), partitions.end(),
            [](const auto& one, const auto& other) { return one.text() < other.text(); });
  return partitions;
}

Result<> print_offsets(Session& session, const GetOffsetsArguments& arguments) {
  TRY(const Timestamp time, time_of(arguments.time));
  TRY(const auto partitions, chosen(session, arguments));
  TRY(const auto offsets, client::offsets_at(session.cluster(), partitions, time));
  for (const TopicPartition& each : partitions) {
    // Where no record is that young there is nothing to tell.
    const auto offset = offsets.find(each);
    if (offset == offsets.end()) continue;
    fmt::print("{}:{}:{}\n", each.topic, each.partition.value, offset->second.value);
  }
  return {};
}

}  // namespace

Action get_offsets(CLI::App& app, ToolSettings& settings) {
  const auto arguments = std::make_shared<GetOffsetsArguments>();
  settings.rules.require(settings.bootstrap);
  settings.session.client_id = "GetOffsetShell";
  const auto* const topic =
      app.add_option("--topic", arguments->topic, "A regular expression; all where there is none");
  const auto* const partitions = app.add_option("--partitions", arguments->partitions, "0,1,2");
  const auto* const rules = app.add_option("--topic-partitions", arguments->topic_partitions,
                                           "topic1:1,topic2:0-3,topic3,topic4:5-,topic5:-3");
  app.add_option("--time", arguments->time,
                 "Milliseconds, or -1 latest, -2 earliest, -3 max-timestamp, -4 earliest-local, -5 "
                 "latest-tiered, -6 earliest-pending-upload");
  app.add_flag("--exclude-internal-topics", arguments->excludes_internal);
  return [=](Session& session) -> Result<> {
    if (rules->count() > 0 && topic->count() + partitions->count() > 0) {
      return Error{Fault::invalid,
                   "--topic-partitions cannot be used with --topic or --partitions"};
    }
    return print_offsets(session, *arguments);
  };
}

}  // namespace odradek::command::kafka_tools
