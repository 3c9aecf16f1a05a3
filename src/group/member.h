// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.h"
#include "group/actions.h"
#include "wire/11_join_group.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace odradek::group {

// An assignor that a member knows, with what it wants the assignor to know of it.
using Protocol = wire::JoinGroupRequest::JoinGroupRequestProtocol;

// A member of a classic group.
struct Member {
  std::string id;
  std::optional<std::string> instance_id;  // of a static member (KIP-345)
  std::string client_id;
  std::string client_host;
  milliseconds rebalance_timeout{};
  milliseconds session_timeout{};
  std::vector<Protocol> protocols;  // the preferred one first, no name twice
  Buffer assignment;

  std::optional<Ticket> awaiting_join;
  std::optional<Ticket> awaiting_sync;
  bool is_new = false;       // its first join is not answered yet
  bool has_to_sync = false;  // was told of this generation and has not synced since
  TimePoint session_deadline{};

  bool is_static() const { return instance_id.has_value(); }
  // Whoever waits for an answer cannot send heartbeats; but a new member has its own time-out.
  bool is_alive_without_heartbeat() const {
    return !is_new && (awaiting_join.has_value() || awaiting_sync.has_value());
  }
  // Null where it does not know the protocol.
  const Protocol* find_protocol(std::string_view name) const;
};

// The same protocols with the same metadata in the same order.
bool same_protocols(const std::vector<Protocol>& some, const std::vector<Protocol>& others);

// Drops all but the first of a name.
std::vector<Protocol> without_repeats(const std::vector<Protocol>& protocols);

// Kafka: ClassicGroup.generateMemberId: what the client or instance is called, and something
// unique.
std::string make_member_id(std::string_view prefix, const Uuid& fresh_id);

}  // namespace odradek::group
