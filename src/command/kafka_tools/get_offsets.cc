// SPDX-License-Identifier: Apache-2.0
#include "base/parse_number.h"
#include "client/consumer.h"
#include "command/kafka_tools/kafka_tools.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <memory>

// kafka-get-offsets. Kafka: GetOffsetShell.
namespace odradek::command::kafka_tools {

using client::TopicPartition;

namespace {

struct Arguments {
  std::vector<std::string> topics;
  std::vector<std::string> partitions;
  std::string time = "latest";
  bool excludes_internal = false;
};

constexpr Timestamp max_timestamp{-3};

Result<Timestamp> time_of(const std::string& text) {
  if (text == "latest") return client::latest;
  if (text == "earliest") return client::earliest;
  if (text == "max-timestamp") return max_timestamp;
  if (const auto number = parse_number<std::int64_t>(text)) return Timestamp{*number};
  return Error{Fault::invalid, "Malformed time argument " + text +
                                   ". Please use -1 or latest / -2 "
                                   "or earliest / -3 or max-timestamp, or a specified long format "
                                   "timestamp"};
}

Result<std::vector<TopicPartition>> chosen(Session& session, const Arguments& arguments) {
  TRY(const auto metadata, session.cluster().metadata_of_all());
  const auto names = split_list(arguments.topics);
  const auto wanted = split_list(arguments.partitions);
  std::vector<TopicPartition> partitions;
  for (const auto& topic : metadata.topics) {
    const std::string name = topic.name.value_or("");
    const bool is_named = names.empty() || std::count(names.begin(), names.end(), name) > 0;
    if (!is_named || (arguments.excludes_internal && topic.is_internal)) continue;
    for (const auto& each : topic.partitions) {
      const std::string id = std::to_string(each.partition_index.value);
      const bool is_wanted = wanted.empty() || std::count(wanted.begin(), wanted.end(), id) > 0;
      if (is_wanted) partitions.push_back({name, each.partition_index});
    }
  }
  std::sort(partitions.begin(), partitions.end());
  if (!partitions.empty()) return partitions;
  return Error{Fault::not_found, "Could not match any topic-partitions with the specified filters"};
}

Result<> print_offsets(Session& session, const Arguments& arguments) {
  TRY(const Timestamp time, time_of(arguments.time));
  TRY(const auto partitions, chosen(session, arguments));
  TRY(const auto offsets, offsets_at(session.cluster(), partitions, time));
  for (const TopicPartition& each : partitions) {
    const auto offset = offsets.find(each);
    // Where no record is that young there is nothing to tell.
    const std::string text = offset == offsets.end() ? "" : std::to_string(offset->second.value);
    fmt::print("{}:{}:{}\n", each.topic, each.partition.value, text);
  }
  return {};
}

}  // namespace

Action get_offsets(CLI::App& app) {
  const auto arguments = std::make_shared<Arguments>();
  app.add_option("--topic", arguments->topics);
  app.add_option("--partitions", arguments->partitions);
  app.add_option("--time", arguments->time);
  app.add_flag("--exclude-internal-topics", arguments->excludes_internal);
  return [arguments](Session& session) { return print_offsets(session, *arguments); };
}

}  // namespace odradek::command::kafka_tools
