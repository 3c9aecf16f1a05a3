// SPDX-License-Identifier: Apache-2.0
#include "broker/connection.h"
#include "broker/handlers/handlers.h"
#include "broker/node.h"
#include "group/join.h"

#include <boost/asio/ip/address.hpp>
#include <fmt/format.h>

#include <string>
#include <utility>

// JoinGroup: answered when the group goes on to its next generation, or at once where it need not.
// Kafka: GroupCoordinatorService.joinGroup.
namespace odradek::broker {

using wire::ErrorCode;
using wire::JoinGroupRequest;
using wire::JoinGroupResponse;

namespace {

// As java.net.InetAddress prints itself: with a slash, and IPv6 without shortening.
std::string java_host(const std::string& peer) {
  boost::system::error_code is_no_address;
  const auto address = boost::asio::ip::make_address(peer, is_no_address);
  if (is_no_address || !address.is_v6()) return "/" + peer;
  const auto bytes = address.to_v6().to_bytes();
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 2) {
    text += fmt::format("{}{:x}", text.empty() ? "/" : ":", bytes[i] << 8U | bytes[i + 1]);
  }
  return text;
}

}  // namespace

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
  const std::string client_host = java_host(exchange->connection().peer());
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
