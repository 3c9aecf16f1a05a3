// SPDX-License-Identifier: Apache-2.0
#include "broker/handlers/handlers.h"
#include "broker/node.h"

#include <utility>

// LeaveGroup: members go by themselves, or are taken out by an administrator. Kafka:
// GroupCoordinatorService.leaveGroup.
namespace odradek::broker {

using wire::ErrorCode;
using wire::LeaveGroupRequest;
using wire::LeaveGroupResponse;

namespace {

constexpr wire::Version first_with_many_members = 3;

void refuse(Exchange& exchange, ErrorCode error) {
  LeaveGroupResponse refused;
  refused.error_code = error;
  answer<LeaveGroupRequest>(exchange, refused);
}

}  // namespace

void handle(const LeaveGroupRequest& request, const ExchangePtr& exchange) {
  if (request.group_id.empty()) return refuse(*exchange, ErrorCode::invalid_group_id);
  GroupCoordinators& groups = exchange->node().groups();
  const auto found = groups.find(request.group_id);
  if (!found.shard) return refuse(*exchange, found.error);
  const bool is_one = exchange->version() < first_with_many_members;
  auto members = request.members;
  if (is_one) members = {{request.member_id, {}, {}}};
  group::Actions actions;
  LeaveGroupResponse response;
  response.members =
      found.shard->coordinator.leave(request.group_id, members, groups.now(), actions);
  if (is_one) response.error_code = response.members.front().error_code;
  groups.carry_out(*found.shard, std::move(actions),
                   [exchange, response = std::move(response)](ErrorCode failure) {
                     if (failure != ErrorCode::none) return refuse(*exchange, failure);
                     answer<LeaveGroupRequest>(*exchange, response);
                   });
}

}  // namespace odradek::broker
