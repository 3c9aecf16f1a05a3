// SPDX-License-Identifier: Apache-2.0
#include "broker/handlers/handlers.h"
#include "broker/node.h"

#include <utility>

// SyncGroup: answered when the leader of the group has said who gets what. Kafka:
// GroupCoordinatorService.syncGroup.
namespace odradek::broker {

using wire::ErrorCode;
using wire::SyncGroupRequest;
using wire::SyncGroupResponse;

namespace {

constexpr wire::Version first_with_protocol = 5;

ErrorCode check(const SyncGroupRequest& request, wire::Version version) {
  const bool must_name_protocol = version >= first_with_protocol;
  if (must_name_protocol && !(request.protocol_type && request.protocol_name)) {
    return ErrorCode::inconsistent_group_protocol;
  }
  return request.group_id.empty() ? ErrorCode::invalid_group_id : ErrorCode::none;
}

}  // namespace

void handle(const SyncGroupRequest& request, const ExchangePtr& exchange) {
  GroupCoordinators& groups = exchange->node().groups();
  SyncGroupResponse refused;
  refused.error_code = check(request, exchange->version());
  if (refused.error_code != ErrorCode::none) return answer<SyncGroupRequest>(*exchange, refused);
  const auto found = groups.find(request.group_id);
  refused.error_code = found.error;
  if (!found.shard) return answer<SyncGroupRequest>(*exchange, refused);
  const group::Caller caller{.ticket = groups.ticket(exchange), .version = exchange->version()};
  group::Actions actions;
  found.shard->coordinator.sync(request, caller, groups.now(), actions);
  groups.carry_out(*found.shard, std::move(actions));
}

}  // namespace odradek::broker
