// SPDX-License-Identifier: Apache-2.0
#include "broker/connection.h"
#include "broker/handlers/handlers.h"
#include "broker/node.h"
#include "group/join.h"

#include <utility>

// JoinGroup: answered when the group goes on to its next generation, or at once where it need not.
// Kafka: GroupCoordinatorService.joinGroup.
namespace odradek::broker {

using wire::ErrorCode;
using wire::JoinGroupRequest;
using wire::JoinGroupResponse;

void handle(const JoinGroupRequest& request, const ExchangePtr& exchange) {
  GroupCoordinators& groups = exchange->node().groups();
  JoinGroupResponse refused;
  refused.error_code = group::check_join(request, groups.config());
  if (refused.error_code != ErrorCode::none) {
    refused.member_id = request.member_id;
    return answer<JoinGroupRequest>(*exchange, refused);
  }
  const auto found = groups.find(request.group_id);
  if (!found.shard) {
    refused.error_code = found.error;
    return answer<JoinGroupRequest>(*exchange, refused);
  }
  const std::string client_id(exchange->header().client_id.value_or(""));
  const std::string client_host = "/" + exchange->connection().peer();  // as Java prints it
  const group::Caller caller{.ticket = groups.ticket(exchange),
                             .version = exchange->version(),
                             .client_id = client_id,
                             .client_host = client_host,
                             .fresh_id = Uuid::random()};
  group::Actions actions;
  found.shard->coordinator.join(request, caller, groups.now(), actions);
  groups.carry_out(*found.shard, std::move(actions));
}

}  // namespace odradek::broker
