// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.h"

#include <cstdint>
#include <optional>
#include <string>

namespace odradek::broker {

class Connection;
class Node;

// A node as one client is told of it.
struct NodeAddress {
  NodeId id;
  std::string host;
  std::int32_t port = 0;
  std::optional<std::string> rack;
};

// The address under which the client at the other end of `connection` reaches this node: as
// configured in advertised.listeners for the listener it came by, else the address it dialled.
NodeAddress address_of(const Node& node, const Connection& connection);

// Without an authorizer everything is allowed: the bits of AclOperation that Kafka answers with.
inline constexpr std::int32_t all_topic_operations = 3576;
inline constexpr std::int32_t all_cluster_operations = 8096;

}  // namespace odradek::broker
