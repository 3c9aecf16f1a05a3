// SPDX-License-Identifier: Apache-2.0
#include "command/kafka_tools/group_report.h"

#include "client/group_member.h"
#include "client/group_offsets.h"
#include "client/groups.h"
#include "wire/10_find_coordinator.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace odradek::command::kafka_tools {

using client::DescribedGroup;
using client::DescribedMember;
using client::TopicPartition;

namespace {

constexpr std::size_t narrowest = 15;  // of a column that grows

// Rows under headings, each column as wide as it has to be.
class Columns {
 public:
  struct Column {
    std::string heading;
    std::size_t width = narrowest;
    bool is_shown = true;
  };
  explicit Columns(std::vector<Column> columns) : columns_(std::move(columns)) {}

  void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
  void print() {
    for (const auto& row : rows_) {
      for (std::size_t i = 0; i < row.size(); ++i) {
        columns_[i].width = std::max(columns_[i].width, row[i].size());
      }
    }
    fmt::print("\n");
    print_line([&](std::size_t i) { return columns_[i].heading; });
    for (const auto& row : rows_) print_line([&](std::size_t i) { return row[i]; });
  }

 private:
  void print_line(const auto& cell) const {
    std::string line;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      if (columns_[i].is_shown) line += fmt::format("{:<{}} ", cell(i), columns_[i].width);
    }
    line.pop_back();
    fmt::print("{}\n", line);
  }

  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

void tell_state(const DescribedGroup& group) {
  if (group.group_state == "Empty") {
    fmt::print(stderr, "\nConsumer group '{}' has no active members.\n", group.group_id);
  } else if (group.group_state != "Stable") {
    fmt::print(stderr, "\nWarning: Consumer group '{}' is rebalancing.\n", group.group_id);
  }
}

// "t:0,1;u:0"
std::string assignment_text(const std::vector<TopicPartition>& partitions) {
  std::map<std::string, std::vector<TopicPartition>> by_topic;
  for (const TopicPartition& each : partitions) by_topic[each.topic].push_back(each);
  std::string text;
  for (auto& [topic, its] : by_topic) {
    std::sort(its.begin(), its.end());
    text += (text.empty() ? "" : ";") + topic;
    for (const TopicPartition& each : its) {
      text += (&each == &its.front() ? ":" : ",") + std::to_string(each.partition.value);
    }
  }
  return text.empty() ? "-" : text;
}

void print_members(const DescribedGroup& group, Verbose verbose) {
  tell_state(group);
  const bool has_instances = std::any_of(
      group.members.begin(), group.members.end(),
      [](const DescribedMember& member) { return !member.group_instance_id.value_or("").empty(); });
  const bool is_verbose = verbose == Verbose::yes;
  Columns columns({{"GROUP"},
                   {"CONSUMER-ID"},
                   {"GROUP-INSTANCE-ID", 17, has_instances},
                   {"HOST"},
                   {"CLIENT-ID"},
                   {"#PARTITIONS"},
                   {"CURRENT-EPOCH", narrowest, is_verbose},
                   {"CURRENT-ASSIGNMENT", 20, is_verbose},
                   {"TARGET-EPOCH", narrowest, is_verbose},
                   {"TARGET-ASSIGNMENT", 20, is_verbose}});
  for (const DescribedMember& member : group.members) {
    const auto assigned = client::decode_assignment(member.member_assignment);
    columns.add({group.group_id, member.member_id, member.group_instance_id.value_or(""),
                 member.client_host, member.client_id, std::to_string(assigned.size()), "-",
                 assignment_text(assigned), "-", "-"});
  }
  columns.print();
}

Result<> print_state(Session& session, const DescribedGroup& group, Verbose verbose) {
  constexpr wire::Version newest_of_one_key = 3;
  TRY(const auto found, session.cluster().ask(wire::FindCoordinatorRequest{.key = group.group_id},
                                              newest_of_one_key));
  TRY(client::outcome(found->error_code, found->error_message, "coordinator"));
  tell_state(group);
  const bool is_verbose = verbose == Verbose::yes;
  Columns columns({{"GROUP"},
                   {"COORDINATOR (ID)", 25},
                   {"ASSIGNMENT-STRATEGY", 20},
                   {"STATE", 20},
                   {"GROUP-EPOCH", narrowest, is_verbose},
                   {"TARGET-ASSIGNMENT-EPOCH", 25, is_verbose},
                   {"#MEMBERS", 0}});
  columns.add({group.group_id,
               fmt::format("{}:{}  ({})", found->host, found->port, found->node_id.value),
               group.protocol_data.empty() ? "-" : group.protocol_data, group.group_state, "-", "-",
               std::to_string(group.members.size())});
  columns.print();
  return {};
}

// A partition of the report, and who reads it.
struct Line {
  TopicPartition place;
  const DescribedMember* owner = nullptr;
};

// Members with the most partitions come first, and what nobody reads last.
std::vector<Line> lines_of(const DescribedGroup& group, const client::Commits& commits) {
  std::vector<std::pair<const DescribedMember*, std::vector<TopicPartition>>> members;
  for (const DescribedMember& member : group.members) {
    auto assigned = client::decode_assignment(member.member_assignment);
    std::sort(assigned.begin(), assigned.end());
    members.emplace_back(&member, std::move(assigned));
  }
  std::stable_sort(members.begin(), members.end(), [](const auto& one, const auto& other) {
    return one.second.size() > other.second.size();
  });
  std::vector<Line> lines;
  for (const auto& [member, assigned] : members) {
    for (const TopicPartition& place : assigned) lines.push_back({place, member});
  }
  for (const auto& commit : commits) {
    const TopicPartition& place = commit.first;
    const bool is_read = std::any_of(lines.begin(), lines.end(),
                                     [&](const Line& line) { return line.place == place; });
    if (!is_read) lines.push_back({place});
  }
  return lines;
}

Result<> print_offsets(Session& session, const DescribedGroup& group, Verbose verbose) {
  TRY(const auto commits, client::all_commits(session.cluster(), group.group_id));
  const auto lines = lines_of(group, commits);
  std::vector<TopicPartition> all;
  for (const Line& line : lines) all.push_back(line.place);
  std::sort(all.begin(), all.end());
  const client::Offsets ends = client::ends_where_known(session.cluster(), all);
  tell_state(group);
  if (lines.empty()) return {};
  Columns columns({{"GROUP"},
                   {"TOPIC"},
                   {"PARTITION", 10},
                   {"LEADER-EPOCH", narrowest, verbose == Verbose::yes},
                   {"CURRENT-OFFSET"},
                   {"LOG-END-OFFSET"},
                   {"LAG"},
                   {"CONSUMER-ID"},
                   {"HOST"},
                   {"CLIENT-ID", 0}});
  for (const Line& line : lines) {
    const auto end = ends.find(line.place);
    const auto commit = commits.find(line.place);
    const bool has_end = end != ends.end();
    const bool has_commit = commit != commits.end();
    const bool has_epoch = has_commit && commit->second.leader_epoch.value >= 0;
    const auto number = [](bool is_known, auto value) {
      return is_known ? std::to_string(value()) : std::string("-");
    };
    columns.add({group.group_id, line.place.topic, std::to_string(line.place.partition.value),
                 number(has_epoch, [&] { return commit->second.leader_epoch.value; }),
                 number(has_commit, [&] { return commit->second.offset.value; }),
                 number(has_end, [&] { return end->second.value; }),
                 number(has_end && has_commit, [&] { return end->second - commit->second.offset; }),
                 line.owner ? line.owner->member_id : "-",
                 line.owner ? line.owner->client_host : "-",
                 line.owner ? line.owner->client_id : "-"});
  }
  columns.print();
  return {};
}

}  // namespace

Result<> print_groups(Session& session, const std::vector<std::string>& groups, GroupReport report,
                      Verbose verbose) {
  std::vector<DescribedGroup> described;
  for (const std::string& name : groups) {
    TRY(described.emplace_back(), client::describe_group(session.cluster(), name));
  }
  for (const DescribedGroup& group : described) {
    if (report == GroupReport::members) {
      print_members(group, verbose);
    } else {
      TRY(report == GroupReport::state ? print_state(session, group, verbose)
                                       : print_offsets(session, group, verbose));
    }
  }
  return {};
}

}  // namespace odradek::command::kafka_tools
