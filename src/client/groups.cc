// SPDX-License-Identifier: Apache-2.0
#include "client/groups.h"

#include "client/group_member.h"
#include "wire/42_delete_groups.h"

#include <algorithm>
#include <utility>

namespace odradek::client {

using wire::ErrorCode;

Result<std::vector<ListedGroup>> list_groups(Cluster& cluster) {
  TRY(const auto metadata, cluster.metadata({}));
  std::vector<ListedGroup> groups;
  for (const auto& broker : metadata.brokers) {
    TRY(BrokerConnection* const node, cluster.node(broker.node_id));
    TRY(auto answer, node->ask(wire::ListGroupsRequest{}));
    TRY(outcome(answer->error_code, {}, "groups"));
    for (auto& each : answer.response.groups) groups.push_back(std::move(each));
  }
  std::sort(groups.begin(), groups.end(),
            [](const auto& one, const auto& other) { return one.group_id < other.group_id; });
  return groups;
}

// A group that is not there is told of as dead, by newer brokers with an error (KIP-1043).
Result<DescribedGroup> describe_group(Cluster& cluster, const std::string& group) {
  TRY(auto answer,
      cluster.ask_coordinator(
          group, wire::DescribeGroupsRequest{.groups = {group}},
          +[](const wire::DescribeGroupsResponse& told) { return told.groups.at(0).error_code; }));
  auto& described = answer.response.groups.at(0);
  TRY(outcome(described.error_code, described.error_message, "group " + group));
  if (described.group_state == "Dead") {
    return Error{Fault::not_found, "there is no group " + group};
  }
  return std::move(described);
}

Result<> delete_group(Cluster& cluster, const std::string& group) {
  TRY(const auto answer,
      cluster.ask_coordinator(
          group, wire::DeleteGroupsRequest{{group}},
          +[](const wire::DeleteGroupsResponse& told) { return told.results.at(0).error_code; }));
  return outcome(answer->results.at(0).error_code, {}, "group " + group);
}

std::map<TopicPartition, const DescribedMember*> owners_of(const DescribedGroup& group) {
  std::map<TopicPartition, const DescribedMember*> owners;
  for (const auto& member : group.members) {
    for (const auto& partition : decode_assignment(member.member_assignment)) {
      owners[partition] = &member;
    }
  }
  return owners;
}

}  // namespace odradek::client
