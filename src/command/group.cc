// SPDX-License-Identifier: Apache-2.0
#include "client/consumer.h"
#include "client/group_offsets.h"
#include "client/groups.h"
#include "command/places.h"
#include "command/verbs.h"

#include <CLI/CLI.hpp>

#include <algorithm>

// odradek group: ls, describe (with lag), reset (with a preview), delete.
namespace odradek::command {

using client::Offsets;
using client::TopicPartition;

namespace {

struct GroupArguments {
  std::vector<std::string> groups;
  std::vector<std::string> topics;
  std::string to;
  bool is_execute = false;
  bool is_dry_run = false;
};

Result<> list(Session& session, const GroupArguments&) {
  TRY(const auto groups, client::list_groups(session.cluster()));
  Table table({"group", "state", "protocol", "type"});
  for (const auto& each : groups) {
    table.add({{"group", each.group_id},
               {"state", each.group_state},
               {"protocol", each.protocol_type},
               {"type", each.group_type}});
  }
  session.print(table);
  return {};
}

Result<> describe(Session& session, const GroupArguments& arguments) {
  for (const std::string& name : arguments.groups) {
    TRY(const auto group, client::describe_group(session.cluster(), name));
    TRY(const Offsets committed, client::all_committed_offsets(session.cluster(), name));
    const auto owners = client::owners_of(group);
    std::vector<TopicPartition> all;
    for (const auto& [place, offset] : committed) all.push_back(place);
    for (const auto& [place, owner] : owners) {
      if (!committed.contains(place)) all.push_back(place);
    }
    std::sort(all.begin(), all.end());
    const Offsets ends = client::ends_where_known(session.cluster(), all);
    session.say("group " + name + ": " + group.group_state + ", " +
                std::to_string(group.members.size()) + " members");
    Table table(
        {"group", "topic", "partition", "committed", "end", "lag", "member", "client", "host"});
    for (const TopicPartition& place : all) {
      boost::json::object row{
          {"group", name}, {"topic", place.topic}, {"partition", place.partition.value}};
      const auto end = ends.find(place);
      if (end != ends.end()) row["end"] = end->second.value;
      if (const auto offset = committed.find(place); offset != committed.end()) {
        row["committed"] = offset->second.value;
        if (end != ends.end()) row["lag"] = end->second - offset->second;
      }
      if (const auto owner = owners.find(place); owner != owners.end()) {
        row["member"] = owner->second->member_id;
        row["client"] = owner->second->client_id;
        row["host"] = owner->second->client_host;
      }
      table.add(std::move(row));
    }
    session.print(table);
  }
  return {};
}

Result<std::vector<TopicPartition>> places_to_reset(Session& session,
                                                    const GroupArguments& arguments,
                                                    const Offsets& committed) {
  std::vector<TopicPartition> chosen;
  for (const std::string& topic : arguments.topics) {
    TRY(const auto partitions, client::partitions_of(session.cluster(), topic));
    chosen.insert(chosen.end(), partitions.begin(), partitions.end());
  }
  if (!arguments.topics.empty()) return chosen;
  for (const auto& [place, offset] : committed) chosen.push_back(place);
  if (!chosen.empty()) return chosen;
  return Error{Fault::not_found, "group has committed nothing: name a --topic"};
}

// Says what would be, and does it where that is asked for.
Result<> reset(Session& session, const GroupArguments& arguments) {
  TRY(check_place(arguments.to));
  for (const std::string& group : arguments.groups) {
    TRY(const Offsets before, client::all_committed_offsets(session.cluster(), group));
    TRY(const auto partitions, places_to_reset(session, arguments, before));
    TRY(const Offsets after, places(session.cluster(), partitions, arguments.to,
                                    client::IsolationLevel::read_uncommitted));
    if (arguments.is_execute) {
      TRY(client::commit_offsets(session.cluster(), group, after));
    }
    session.say(arguments.is_execute ? "reset:" : "would be reset (--execute does it):");
    Table table({"group", "topic", "partition", "before", "after"});
    for (const auto& [place, offset] : after) {
      boost::json::object row{{"group", group},
                              {"topic", place.topic},
                              {"partition", place.partition.value},
                              {"after", offset.value}};
      if (before.contains(place)) row["before"] = before.at(place).value;
      table.add(std::move(row));
    }
    session.print(table);
  }
  return {};
}

Result<> remove(Session& session, const GroupArguments& arguments) {
  for (const std::string& group : arguments.groups) {
    if (arguments.is_dry_run) {
      TRY(client::describe_group(session.cluster(), group));
      session.say("would be deleted: " + group);
      continue;
    }
    TRY(client::delete_group(session.cluster(), group));
    session.say("deleted: " + group);
  }
  return {};
}

}  // namespace

void add_group(Verbs& verbs) {
  Noun<GroupArguments> group(verbs, "group", "Consumer groups: list, look at, reset, delete",
                             "groups");
  group.add("ls", "All groups", &list)->alias("list");
  CLI::App* const describes = group.add("describe", "Members, offsets and lag", &describe);
  describes->add_option("GROUP", group->groups, "Names of groups")->required();
  CLI::App* const resets = group.add("reset", "Set the offsets of groups without members", &reset);
  resets->add_option("GROUP", group->groups, "Names of groups")->required();
  resets->add_option("--to", group->to, "start, end, an offset, -N before the end, @TIME")
      ->required();
  resets->add_option("-t,--topic", group->topics, "Only these; else all that were committed");
  resets->add_flag("--execute", group->is_execute, "Do it; else it is only shown");
  CLI::App* const deletes = group.add("delete", "Delete groups without members", &remove);
  deletes->add_option("GROUP", group->groups, "Names of groups")->required();
  deletes->add_flag("--dry-run", group->is_dry_run, "Only say what would be done");
}

}  // namespace odradek::command
