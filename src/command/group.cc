// SPDX-License-Identifier: Apache-2.0
#include "client/consumer.h"
#include "client/group_member.h"
#include "client/group_offsets.h"
#include "command/places.h"
#include "command/verbs.h"
#include "wire/15_describe_groups.h"
#include "wire/16_list_groups.h"
#include "wire/42_delete_groups.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <memory>

// odradek group: ls, describe (with lag), reset (with a preview), delete.
namespace odradek::command {

using client::Offsets;
using client::outcome;
using client::TopicPartition;

namespace {

struct Arguments {
  std::vector<std::string> groups;
  std::vector<std::string> topics;
  std::string to;
  bool is_execute = false;
  bool is_dry_run = false;
};

using Described = wire::DescribeGroupsResponse::DescribedGroup;

// Every broker lists the groups that it coordinates.
Result<> list(Session& session, const Arguments&) {
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

Result<Described> describe_one(Session& session, const std::string& group) {
  Result<Described> described = Error{Fault::unreachable, "no coordinator of group " + group};
  session.cluster().repeat([&] {
    const auto broker = session.cluster().coordinator(group);
    auto answer = broker ? (*broker)->ask(wire::DescribeGroupsRequest{.groups = {group}})
                         : Result<client::Answer<wire::DescribeGroupsResponse>>(broker.error());
    if (!answer) {
      described = answer.error();
      return wire::ErrorCode::none;
    }
    auto& its = answer->response.groups.at(0);
    const auto error = its.error_code;
    const auto good = outcome(error, its.error_message, "group " + group);
    described = good ? Result<Described>(std::move(its)) : Result<Described>(good.error());
    return error;
  });
  if (described && described->group_state == "Dead") {
    return Error{Fault::not_found, "there is no group " + group};
  }
  return described;
}

// Who has which partition.
std::map<TopicPartition, const Described::DescribedGroupMember*> owners_of(const Described& group) {
  std::map<TopicPartition, const Described::DescribedGroupMember*> owners;
  for (const auto& member : group.members) {
    for (const auto& place : client::decode_assignment(member.member_assignment)) {
      owners[place] = &member;
    }
  }
  return owners;
}

Result<> describe(Session& session, const Arguments& arguments) {
  for (const std::string& name : arguments.groups) {
    TRY(const Described group, describe_one(session, name));
    TRY(const Offsets committed, client::all_committed_offsets(session.cluster(), name));
    const auto owners = owners_of(group);
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

Result<std::vector<TopicPartition>> places_to_reset(Session& session, const Arguments& arguments,
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
Result<> reset(Session& session, const Arguments& arguments) {
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

Result<> remove(Session& session, const Arguments& arguments) {
  for (const std::string& group : arguments.groups) {
    if (arguments.is_dry_run) {
      TRY(describe_one(session, group));
      session.say("would be deleted: " + group);
      continue;
    }
    TRY(client::BrokerConnection* const broker, session.cluster().coordinator(group));
    TRY(const auto answer, broker->ask(wire::DeleteGroupsRequest{{group}}));
    for (const auto& each : answer->results) {
      TRY(outcome(each.error_code, {}, "group " + each.group_id));
      session.say("deleted: " + each.group_id);
    }
  }
  return {};
}

}  // namespace

void add_group(Verbs& verbs) {
  CLI::App* const noun =
      verbs.add_noun("group", "Consumer groups: list, look at, reset, delete", "groups");
  const auto arguments = std::make_shared<Arguments>();
  const auto add = [&](const char* name, const char* help,
                       Result<> (*act)(Session&, const Arguments&)) {
    CLI::App* const verb = verbs.add(*noun, name, help);
    verbs.on(verb, [arguments, act](Session& session) { return act(session, *arguments); });
    return verb;
  };
  add("ls", "All groups", &list)->alias("list");
  CLI::App* const describes = add("describe", "Members, offsets and lag", &describe);
  describes->add_option("GROUP", arguments->groups, "Names of groups")->required();
  CLI::App* const resets = add("reset", "Set the offsets of groups without members", &reset);
  resets->add_option("GROUP", arguments->groups, "Names of groups")->required();
  resets->add_option("--to", arguments->to, "start, end, an offset, -N before the end, @TIME")
      ->required();
  resets->add_option("-t,--topic", arguments->topics, "Only these; else all that were committed");
  resets->add_flag("--execute", arguments->is_execute, "Do it; else it is only shown");
  CLI::App* const deletes = add("delete", "Delete groups without members", &remove);
  deletes->add_option("GROUP", arguments->groups, "Names of groups")->required();
  deletes->add_flag("--dry-run", arguments->is_dry_run, "Only say what would be done");
}

}  // namespace odradek::command
