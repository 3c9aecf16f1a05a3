// SPDX-License-Identifier: Apache-2.0
#include "command/kafka_tools/group_reset.h"

#include "base/clock.h"
#include "base/parse_number.h"
#include "base/text.h"
#include "client/group_offsets.h"
#include "client/groups.h"
#include "command/kafka_tools/reset_plan.h"
#include "command/kafka_tools/tool_options.h"
#include "command/places.h"
#include "wire/47_offset_delete.h"
#include "wire/error_name.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>
#include <optional>

namespace odradek::command::kafka_tools {

using client::Offsets;
using client::TopicPartition;
using Partitions = std::vector<TopicPartition>;

namespace {

void tell_error(const std::string& words) { fmt::print("\nError: {}\n", words); }

// "topic:0,1"
Result<Partitions> parse_partitions(const std::string& text) {
  std::string_view rest = text;
  const std::string topic(take_part(rest, ':'));
  Partitions partitions;
  for (const std::string& word : split_words(rest)) {
    const auto id = parse_number<std::int32_t>(word);
    if (!id) {
      return Error{Fault::invalid,
                   "Invalid partition '" + word + "' specified in topic arg '" + text + "''"};
    }
    partitions.push_back({topic, PartitionId{*id}});
  }
  if (!partitions.empty()) return partitions;
  return Error{Fault::invalid,
               "Invalid topic arg '" + text + "', expected topic name and partitions"};
}

Result<Partitions> partitions_named(Session& session, const std::vector<std::string>& topics) {
  Partitions all;
  for (const std::string& text : topics) {
    const bool names_partitions = text.find(':') != std::string::npos;
    TRY(const auto some,
        names_partitions ? parse_partitions(text) : client::partitions_of(session.cluster(), text));
    all.insert(all.end(), some.begin(), some.end());
  }
  return all;
}

Result<> check_existence(Session& session, const Partitions& partitions) {
  std::map<std::string, Partitions> existing;
  std::string missing;
  for (const TopicPartition& each : partitions) {
    if (!existing.contains(each.topic)) {
      TRY(existing[each.topic], client::partitions_of(session.cluster(), each.topic));
    }
    const Partitions& its = existing[each.topic];
    if (std::count(its.begin(), its.end(), each) > 0) continue;
    missing += (missing.empty() ? "" : ",") + each.text();
  }
  if (missing.empty()) return {};
  return Error{Fault::not_found, "The partitions \"" + missing + "\" do not exist"};
}

// Kept within what there is, with a word about it.
Result<Offsets> within_logs(Session& session, const Offsets& wanted) {
  Partitions partitions;
  for (const auto& [place, offset] : wanted) partitions.push_back(place);
  TRY(const Offsets starts, offsets_at(session.cluster(), partitions, client::earliest));
  TRY(const Offsets ends, offsets_at(session.cluster(), partitions, client::latest));
  Offsets kept;
  for (const auto& [place, offset] : wanted) {
    const Offset start = starts.at(place);
    const Offset end = ends.at(place);
    kept[place] = offset > end ? end : std::max(offset, start);
    if (kept[place] == offset) continue;
    fmt::print(stderr,
               "New offset ({}) is {} offset for topic partition {}. Value will be set to {}\n",
               offset.value, offset > end ? "higher than latest" : "lower than earliest",
               place.text(), kept[place].value);
  }
  return kept;
}

Result<Offsets> offsets_by_time(Session& session, const Partitions& partitions, Timestamp time) {
  TRY(Offsets offsets, offsets_at(session.cluster(), partitions, time));
  TRY(const Offsets ends, offsets_at(session.cluster(), partitions, client::latest));
  for (const TopicPartition& each : partitions) {
    if (!offsets.emplace(each, ends.at(each)).second) continue;
    fmt::print(
        "\nWarn: Partition {} from topic {} is empty. Falling back to latest known offset.\n",
        each.partition.value, each.topic);
  }
  return offsets;
}

// Without running over the end of the numbers.
Offset sum_within_reach(Offset offset, std::int64_t by) {
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
  return by > most - offset.value ? Offset{most} : offset + by;
}

Result<Offsets> shifted(Session& session, const Partitions& partitions, const Offsets& committed,
                        std::int64_t by) {
  Offsets offsets;
  for (const TopicPartition& each : partitions) {
    const auto current = committed.find(each);
    if (current == committed.end()) {
      return Error{Fault::invalid, "Cannot shift offset for partition " + each.text() +
                                       " since there is no current committed offset"};
    }
    offsets[each] = sum_within_reach(current->second, by);
  }
  return within_logs(session, offsets);
}

Result<Offsets> current_or_end(Session& session, const Partitions& partitions,
                               const Offsets& committed) {
  TRY(Offsets offsets, offsets_at(session.cluster(), partitions, client::latest));
  for (auto& [place, offset] : offsets) {
    if (const auto found = committed.find(place); found != committed.end()) offset = found->second;
  }
  return offsets;
}

Result<Offsets> wanted_offsets(Session& session, const Reset& reset, const std::string& group,
                               const Partitions& partitions, const Offsets& committed) {
  const Timestamp now = Clock::wall_time();
  const std::int64_t number = parse_java_number(reset.text).value_or(0);  // checked by its option
  switch (reset.to) {
    case ResetTo::earliest:
      return offsets_at(session.cluster(), partitions, client::earliest);
    case ResetTo::latest:
      return offsets_at(session.cluster(), partitions, client::latest);
    case ResetTo::current:
      return current_or_end(session, partitions, committed);
    case ResetTo::shift:
      return shifted(session, partitions, committed, number);
    case ResetTo::offset: {
      Offsets offsets;
      for (const TopicPartition& each : partitions) offsets[each] = Offset{number};
      return within_logs(session, offsets);
    }
    case ResetTo::datetime: {
      if (reset.text.find('T') == std::string::npos) {
        return Error{Fault::invalid,
                     "Error parsing timestamp. It does not contain a 'T' according to ISO8601 "
                     "format"};
      }
      TRY(const Timestamp time, parse_time(reset.text, now));
      return offsets_by_time(session, partitions, time);
    }
    case ResetTo::duration: {
      TRY(const auto ago, parse_iso_duration(reset.text));
      return offsets_by_time(session, partitions, Timestamp{now.value - ago.count()});
    }
    case ResetTo::file: {
      TRY(const std::string text, read_text(reset.text));
      TRY(auto plan, parse_csv(text, reset.groups));
      if (plan.contains(group)) return within_logs(session, plan[group]);
      tell_error("No reset plan for group " + group + " found");
      return Offsets{};
    }
  }
  return Offsets{};
}

Result<Partitions> partitions_to_reset(Session& session, const Reset& reset,
                                       const Offsets& committed) {
  if (!reset.all_topics) return partitions_named(session, reset.topics);
  Partitions partitions;
  for (const auto& [place, offset] : committed) partitions.push_back(place);
  return partitions;
}

Result<Offsets> reset_one(Session& session, const Reset& reset, const std::string& group) {
  const auto described = client::describe_group(session.cluster(), group);
  if (!described && described.error().fault != Fault::not_found) return described.error();
  if (described && described->group_state != "Empty") {
    tell_error("Assignments can only be reset if the group '" + group +
               "' is inactive, but the current state is " + described->group_state + ".");
    return Offsets{};
  }
  TRY(const Offsets committed, client::all_committed_offsets(session.cluster(), group));
  TRY(auto partitions, partitions_to_reset(session, reset, committed));
  std::sort(partitions.begin(), partitions.end());
  TRY(check_existence(session, partitions));
  TRY(auto wanted, wanted_offsets(session, reset, group, partitions, committed));
  if (reset.executes && !wanted.empty()) {
    TRY(client::commit_offsets(session.cluster(), group, wanted));
  }
  return wanted;
}

void print_table(const std::map<std::string, Offsets>& groups) {
  std::size_t group_width = 15;
  std::size_t topic_width = 15;
  for (const auto& [group, offsets] : groups) {
    group_width = std::max(group_width, group.size());
    for (const auto& [place, offset] : offsets) {
      topic_width = std::max(topic_width, place.topic.size());
    }
  }
  fmt::print("\n{:<{}} {:<{}} {:<10} {}", "GROUP", group_width, "TOPIC", topic_width, "PARTITION",
             "NEW-OFFSET");
  for (const auto& [group, offsets] : groups) {
    for (const auto& [place, offset] : offsets) {
      fmt::print("\n{:<{}} {:<{}} {:<10} {}", group, group_width, place.topic, topic_width,
                 place.partition.value, offset.value);
    }
  }
  fmt::print("\n");
}

using PartitionErrors = std::map<TopicPartition, wire::ErrorCode>;

Result<wire::ErrorCode> ask_deletion(Session& session, const std::string& group,
                                     PartitionErrors& partitions) {
  wire::OffsetDeleteRequest request;
  request.group_id = group;
  for (const auto& [place, error] : partitions) {
    if (error != wire::ErrorCode::none) continue;
    if (request.topics.empty() || request.topics.back().name != place.topic) {
      request.topics.emplace_back().name = place.topic;
    }
    request.topics.back().partitions.push_back({place.partition});
  }
  TRY(const auto answer,
      session.cluster().ask_coordinator(
          group, request, +[](const wire::OffsetDeleteResponse& told) { return told.error_code; }));
  wire::ErrorCode first = answer->error_code;
  for (const auto& topic : answer->topics) {
    for (const auto& partition : topic.partitions) {
      partitions[{topic.name, partition.partition_index}] = partition.error_code;
      if (first == wire::ErrorCode::none) first = partition.error_code;
    }
  }
  if (answer->error_code != wire::ErrorCode::none) {
    for (auto& [place, error] : partitions) error = answer->error_code;
  }
  return first;
}

bool is_of_group(wire::ErrorCode error) {
  return error == wire::ErrorCode::invalid_group_id ||
         error == wire::ErrorCode::group_id_not_found ||
         error == wire::ErrorCode::group_authorization_failed ||
         error == wire::ErrorCode::non_empty_group;
}

}  // namespace

Result<> reset_offsets(Session& session, const Reset& reset) {
  std::map<std::string, Offsets> groups;
  for (const std::string& group : reset.groups) {
    TRY(groups[group], reset_one(session, reset, group));
  }
  if (!reset.exports) {
    print_table(groups);
    return {};
  }
  fmt::print("{}\n", as_csv(groups, reset.tells_groups));
  return {};
}

Result<> delete_offsets(Session& session, const std::string& group,
                        const std::vector<std::string>& topics) {
  PartitionErrors partitions;
  for (const std::string& topic : topics) {
    const auto some = partitions_named(session, {topic});
    if (some) {
      for (const TopicPartition& each : *some) partitions[each] = wire::ErrorCode::none;
    } else if (some.error().fault == Fault::not_found) {
      partitions[{topic, PartitionId{-1}}] = wire::ErrorCode::unknown_topic_or_partition;
    } else {
      return some.error();
    }
  }
  TRY(const wire::ErrorCode error, ask_deletion(session, group, partitions));
  if (error == wire::ErrorCode::none) {
    fmt::print("Request succeeded for deleting offsets from group {}.\n", group);
  } else if (is_of_group(error)) {
    tell_error(std::string(wire::name_of(error)));
  } else {
    tell_error("Encountered some partition-level error, see the follow-up details.");
  }
  std::size_t width = 15;
  for (const auto& [place, its] : partitions) width = std::max(width, place.topic.size());
  fmt::print("\n{:<{}} {:<10} {:<15}", "TOPIC", width, "PARTITION", "STATUS");
  for (const auto& [place, its] : partitions) {
    const std::int32_t id = place.partition.value;
    fmt::print(
        "\n{:<{}} {:<10} {:<15}", place.topic, width, id < 0 ? "-" : std::to_string(id),
        its == wire::ErrorCode::none ? "Successful" : "Error: " + std::string(wire::name_of(its)));
  }
  fmt::print("\n");
  return {};
}

}  // namespace odradek::command::kafka_tools
