// SPDX-License-Identifier: Apache-2.0
#include "client/consumer.h"
#include "client/group_member.h"
#include "client/group_offsets.h"
#include "command/kafka_tools/kafka_tools.h"
#include "command/places.h"
#include "wire/15_describe_groups.h"
#include "wire/16_list_groups.h"
#include "wire/42_delete_groups.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <memory>

// kafka-consumer-groups. Kafka: ConsumerGroupCommand.
namespace odradek::command::kafka_tools {

using client::Offsets;
using client::outcome;
using client::TopicPartition;
using Described = wire::DescribeGroupsResponse::DescribedGroup;
using Member = Described::DescribedGroupMember;

namespace {

struct Arguments {
  bool lists = false;
  bool describes = false;
  bool deletes = false;
  bool resets = false;
  std::vector<std::string> groups;
  bool all_groups = false;
  bool shows_state = false;
  bool shows_members = false;
  std::vector<std::string> topics;
  bool all_topics = false;
  bool to_earliest = false;
  bool to_latest = false;
  bool to_current = false;
  std::optional<std::int64_t> to_offset;
  std::optional<std::int64_t> shift_by;
  std::string to_datetime;
  bool executes = false;
  bool dry_run = false;
};

Result<std::vector<wire::ListGroupsResponse::ListedGroup>> all_groups(Session& session) {
  TRY(const auto metadata, session.cluster().metadata({}));
  std::vector<wire::ListGroupsResponse::ListedGroup> groups;
  for (const auto& broker : metadata.brokers) {
    TRY(client::BrokerConnection* const node, session.cluster().node(broker.node_id));
    TRY(auto answer, node->ask(wire::ListGroupsRequest{}));
    TRY(outcome(answer->error_code, {}, "groups"));
    for (auto& each : answer.response.groups) groups.push_back(std::move(each));
  }
  std::sort(groups.begin(), groups.end(),
            [](const auto& one, const auto& other) { return one.group_id < other.group_id; });
  return groups;
}

Result<std::vector<std::string>> chosen_groups(Session& session, const Arguments& arguments) {
  if (!arguments.all_groups) return split_list(arguments.groups);
  TRY(const auto groups, all_groups(session));
  std::vector<std::string> names;
  for (const auto& each : groups) names.push_back(each.group_id);
  return names;
}

Result<> list(Session& session, const Arguments& arguments) {
  TRY(const auto groups, all_groups(session));
  std::size_t width = std::string_view("GROUP").size();
  for (const auto& each : groups) width = std::max(width, each.group_id.size());
  if (arguments.shows_state) fmt::print("{:<{}} {}\n", "GROUP", width, "STATE");
  for (const auto& each : groups) {
    arguments.shows_state ? fmt::print("{:<{}} {}\n", each.group_id, width, each.group_state)
                          : fmt::print("{}\n", each.group_id);
  }
  return {};
}

struct Found {
  Described group;
  const client::BrokerConnection* coordinator = nullptr;
};

Result<Found> find_group(Session& session, const std::string& name) {
  TRY(client::BrokerConnection* const coordinator, session.cluster().coordinator(name));
  constexpr wire::Version newest_without_error = 5;
  TRY(auto answer,
      coordinator->ask(wire::DescribeGroupsRequest{.groups = {name}}, newest_without_error));
  auto& group = answer.response.groups.at(0);
  TRY(outcome(group.error_code, group.error_message, "group " + name));
  if (group.group_state == "Dead") {
    return Error{Fault::not_found, "Consumer group '" + name + "' does not exist."};
  }
  return Found{std::move(group), coordinator};
}

void print_members(const Described& group) {
  if (group.members.empty()) {
    return fmt::print(stderr, "\nConsumer group '{}' has no active members.\n", group.group_id);
  }
  std::size_t widths[4] = {15, 15, 15, 15};
  for (const Member& member : group.members) {
    widths[0] = std::max(widths[0], group.group_id.size());
    widths[1] = std::max(widths[1], member.member_id.size());
    widths[2] = std::max(widths[2], member.client_host.size());
    widths[3] = std::max(widths[3], member.client_id.size());
  }
  const auto line = [&](const auto& name, const auto& id, const auto& host, const auto& client,
                        const auto& count) {
    fmt::print("{:<{}} {:<{}} {:<{}} {:<{}} {:<15}\n", name, widths[0], id, widths[1], host,
               widths[2], client, widths[3], count);
  };
  fmt::print("\n");
  line("GROUP", "CONSUMER-ID", "HOST", "CLIENT-ID", "#PARTITIONS");
  for (const Member& member : group.members) {
    line(group.group_id, member.member_id, member.client_host, member.client_id,
         client::decode_assignment(member.member_assignment).size());
  }
  fmt::print("\n");
}

void print_state(const Found& found) {
  const auto& address = found.coordinator->address();
  const std::string coordinator = address.text();
  fmt::print("\n{:<15} {:<25} {:<20} {:<20} {}\n", "GROUP", "COORDINATOR (ID)",
             "ASSIGNMENT-STRATEGY", "STATE", "#MEMBERS");
  fmt::print("{:<15} {:<25} {:<20} {:<20} {}\n\n", found.group.group_id, coordinator,
             found.group.protocol_data, found.group.group_state, found.group.members.size());
}

struct OffsetLine {
  TopicPartition place;
  std::string current = "-";
  std::string end = "-";
  std::string lag = "-";
  std::string member = "-";
  std::string host = "-";
  std::string client = "-";
};

void print_lines(const std::string& group, const std::vector<OffsetLine>& lines) {
  std::size_t widths[4] = {15, 15, 15, 15};
  for (const OffsetLine& each : lines) {
    widths[0] = std::max(widths[0], group.size());
    widths[1] = std::max(widths[1], each.place.topic.size());
    widths[2] = std::max(widths[2], each.member.size());
    widths[3] = std::max(widths[3], each.host.size());
  }
  fmt::print("\n{:<{}} {:<{}} {:<10} {:<15} {:<15} {:<15} {:<{}} {:<{}} {}\n", "GROUP", widths[0],
             "TOPIC", widths[1], "PARTITION", "CURRENT-OFFSET", "LOG-END-OFFSET", "LAG",
             "CONSUMER-ID", widths[2], "HOST", widths[3], "CLIENT-ID");
  for (const OffsetLine& each : lines) {
    fmt::print("{:<{}} {:<{}} {:<10} {:<15} {:<15} {:<15} {:<{}} {:<{}} {}\n", group, widths[0],
               each.place.topic, widths[1], each.place.partition.value, each.current, each.end,
               each.lag, each.member, widths[2], each.host, widths[3], each.client);
  }
  fmt::print("\n");
}

Result<> print_offsets(Session& session, const Described& group) {
  TRY(const Offsets committed, client::all_committed_offsets(session.cluster(), group.group_id));
  std::map<TopicPartition, const Member*> places;
  for (const auto& [place, offset] : committed) places[place] = nullptr;
  for (const Member& member : group.members) {
    for (const auto& place : client::decode_assignment(member.member_assignment)) {
      places[place] = &member;
    }
  }
  std::vector<TopicPartition> all;
  for (const auto& [place, member] : places) all.push_back(place);
  const Offsets ends = client::ends_where_known(session.cluster(), all);
  std::vector<OffsetLine> lines;
  for (const auto& [place, member] : places) {
    OffsetLine& line = lines.emplace_back();
    line.place = place;
    const auto end = ends.find(place);
    if (end != ends.end()) line.end = std::to_string(end->second.value);
    if (const auto offset = committed.find(place); offset != committed.end()) {
      line.current = std::to_string(offset->second.value);
      if (end != ends.end()) line.lag = std::to_string(end->second - offset->second);
    }
    if (!member) continue;
    line.member = member->member_id;
    line.host = member->client_host;
    line.client = member->client_id;
  }
  if (group.members.empty()) {
    fmt::print(stderr, "\nConsumer group '{}' has no active members.\n", group.group_id);
  }
  print_lines(group.group_id, lines);
  return {};
}

Result<> describe(Session& session, const Arguments& arguments) {
  TRY(const auto names, chosen_groups(session, arguments));
  for (const std::string& name : names) {
    TRY(const Found found, find_group(session, name));
    if (arguments.shows_state) {
      print_state(found);
    } else if (arguments.shows_members) {
      print_members(found.group);
    } else {
      TRY(print_offsets(session, found.group));
    }
  }
  return {};
}

// "topic", or "topic:0,1".
Result<std::vector<TopicPartition>> places_named(Session& session, const std::string& text) {
  const auto colon = text.find(':');
  TRY(auto partitions, client::partitions_of(session.cluster(), text.substr(0, colon)));
  if (colon == std::string::npos) return partitions;
  const auto wanted = split_list({text.substr(colon + 1)});
  std::erase_if(partitions, [&](const TopicPartition& each) {
    return std::count(wanted.begin(), wanted.end(), std::to_string(each.partition.value)) == 0;
  });
  return partitions;
}

Result<Offsets> wanted_offsets(Session& session, const Arguments& arguments,
                               const std::vector<TopicPartition>& partitions,
                               const Offsets& committed) {
  constexpr auto isolation = client::IsolationLevel::read_uncommitted;
  const auto at = [&](const std::string& place) {
    return places(session.cluster(), partitions, place, isolation);
  };
  if (arguments.to_earliest) return at("start");
  if (arguments.to_latest) return at("end");
  if (!arguments.to_datetime.empty()) return at("@" + arguments.to_datetime);
  if (arguments.to_offset) return at(std::to_string(*arguments.to_offset));
  TRY(const Offsets starts, at("start"));
  TRY(Offsets wanted, at("end"));
  for (auto& [place, offset] : wanted) {
    const auto current = committed.find(place);
    if (current == committed.end()) {
      if (arguments.shift_by) {
        return Error{Fault::invalid, "Cannot shift offset for partition " + place.text() +
                                         " since there is no current committed offset"};
      }
      continue;
    }
    const Offset end = offset;
    const std::int64_t by =
        std::clamp(arguments.shift_by.value_or(0), starts.at(place) - current->second,
                   std::max(end, starts.at(place)) - current->second);
    offset = current->second + by;
  }
  return wanted;
}

Result<> reset(Session& session, const Arguments& arguments) {
  TRY(const auto names, chosen_groups(session, arguments));
  fmt::print("\n{:<30} {:<30} {:<10} {:<15}\n", "GROUP", "TOPIC", "PARTITION", "NEW-OFFSET");
  for (const std::string& name : names) {
    TRY(const Offsets committed, client::all_committed_offsets(session.cluster(), name));
    std::vector<TopicPartition> partitions;
    for (const std::string& topic : arguments.topics) {
      TRY(const auto some, places_named(session, topic));
      partitions.insert(partitions.end(), some.begin(), some.end());
    }
    for (const auto& [place, offset] : committed) {
      if (arguments.all_topics) partitions.push_back(place);
    }
    TRY(const Offsets wanted, wanted_offsets(session, arguments, partitions, committed));
    if (arguments.executes && !arguments.dry_run) {
      TRY(client::commit_offsets(session.cluster(), name, wanted));
    }
    for (const auto& [place, offset] : wanted) {
      fmt::print("{:<30} {:<30} {:<10} {:<15}\n", name, place.topic, place.partition.value,
                 offset.value);
    }
  }
  fmt::print("\n");
  return {};
}

Result<> remove(Session& session, const Arguments& arguments) {
  TRY(const auto names, chosen_groups(session, arguments));
  std::string deleted;
  for (const std::string& name : names) {
    TRY(client::BrokerConnection* const coordinator, session.cluster().coordinator(name));
    TRY(const auto answer, coordinator->ask(wire::DeleteGroupsRequest{{name}}));
    TRY(outcome(answer->results.at(0).error_code, {}, "Group '" + name + "' could not be deleted"));
    deleted += (deleted.empty() ? "" : ", ") + name;
  }
  fmt::print("Deletion of requested consumer groups ('{}') was successful.\n", deleted);
  return {};
}

}  // namespace

Action consumer_groups(CLI::App& app) {
  const auto arguments = std::make_shared<Arguments>();
  CLI::Option_group* const verb = app.add_option_group("verb");
  verb->require_option(1);
  verb->add_flag("--list", arguments->lists);
  verb->add_flag("--describe", arguments->describes);
  verb->add_flag("--delete", arguments->deletes);
  verb->add_flag("--reset-offsets", arguments->resets);
  app.add_option("--group", arguments->groups);
  app.add_flag("--all-groups", arguments->all_groups);
  app.add_flag("--state", arguments->shows_state);
  app.add_flag("--members", arguments->shows_members);
  app.add_flag("--offsets,--verbose")->description("As it is anyway");
  app.add_option("--topic", arguments->topics);
  app.add_flag("--all-topics", arguments->all_topics);
  CLI::Option_group* const place = app.add_option_group("place");
  place->require_option(0, 1);
  place->add_flag("--to-earliest", arguments->to_earliest);
  place->add_flag("--to-latest", arguments->to_latest);
  place->add_flag("--to-current", arguments->to_current);
  place->add_option("--to-offset", arguments->to_offset);
  place->add_option("--shift-by", arguments->shift_by);
  place->add_option("--to-datetime", arguments->to_datetime);
  app.add_flag("--execute", arguments->executes);
  app.add_flag("--dry-run", arguments->dry_run);
  return [arguments](Session& session) -> Result<> {
    if (arguments->lists) return list(session, *arguments);
    if (arguments->groups.empty() && !arguments->all_groups) {
      return Error{Fault::invalid, "Option [group] or [all-groups] is needed"};
    }
    if (arguments->describes) return describe(session, *arguments);
    return arguments->deletes ? remove(session, *arguments) : reset(session, *arguments);
  };
}

}  // namespace odradek::command::kafka_tools
