// SPDX-License-Identifier: Apache-2.0
#include "broker/handlers/handlers.h"
#include "broker/node.h"

// Heartbeat: a member's session goes on. Kafka: GroupCoordinatorService.heartbeat.
namespace odradek::broker {

using wire::ErrorCode;
using wire::HeartbeatRequest;
using wire::HeartbeatResponse;

namespace {

ErrorCode beat(const HeartbeatRequest& request, GroupCoordinators& groups) {
  if (request.group_id.empty()) return ErrorCode::invalid_group_id;
  const auto found = groups.find(request.group_id);
  // While the group is being loaded nobody can say; the member is told to go on.
  if (found.error == ErrorCode::coordinator_load_in_progress) return ErrorCode::none;
  if (!found.shard) return found.error;
  const ErrorCode error = found.shard->coordinator.heartbeat(request, groups.now());
  groups.carry_out(*found.shard, {});
  return error;
}

}  // namespace

void handle(const HeartbeatRequest& request, const ExchangePtr& exchange) {
  HeartbeatResponse response;
  response.error_code = beat(request, exchange->node().groups());
  answer<HeartbeatRequest>(*exchange, response);
}

}  // namespace odradek::broker
