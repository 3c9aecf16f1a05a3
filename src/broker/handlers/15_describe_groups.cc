// SPDX-License-Identifier: Apache-2.0
#include "broker/cluster.h"
#include "broker/handlers/handlers.h"
#include "broker/node.h"

#include <set>
#include <string_view>

// DescribeGroups: state, protocol and members. A group that does not exist is described as dead.
// Kafka: GroupMetadataManager.describeGroups.
namespace odradek::broker {

using wire::DescribeGroupsRequest;
using wire::DescribeGroupsResponse;
using wire::ErrorCode;

namespace {

constexpr wire::Version first_with_not_found = 6;

using Described = DescribeGroupsResponse::DescribedGroup;

Described describe(const std::string& id, Node& node, wire::Version version) {
  Described described;
  described.group_id = id;
  const auto found = node.groups().find(id);
  described.error_code = found.error;
  if (!found.shard) return described;
  if (const group::Group* const group = found.shard->coordinator.find(id)) return group->describe();
  described.group_state = name_of(group::State::dead);
  if (version >= first_with_not_found) {
    described.error_code = ErrorCode::group_id_not_found;
    described.error_message = "Group " + id + " not found.";
  }
  return described;
}

}  // namespace

void handle(const DescribeGroupsRequest& request, const ExchangePtr& exchange) {
  DescribeGroupsResponse response;
  std::set<std::string_view> seen;
  for (const std::string& id : request.groups) {
    if (!seen.insert(id).second) continue;  // a group may be large
    auto& described =
        response.groups.emplace_back(describe(id, exchange->node(), exchange->version()));
    if (request.include_authorized_operations && described.error_code == ErrorCode::none) {
      described.authorized_operations = all_group_operations;
    }
  }
  answer<DescribeGroupsRequest>(*exchange, response);
}

}  // namespace odradek::broker
