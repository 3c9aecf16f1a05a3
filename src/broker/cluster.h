// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace odradek::broker {

class Connection;
class Node;

// The nodes of this cluster as they were configured at the start: known to all, changed by nobody.
// Which of them are up is in the catalogue.
struct Cluster {
  // Where clients reach a node that came by the listener of this name.
  struct Address {
    std::string listener;
    std::string host;  // as configured; empty is every address
    std::uint16_t port = 0;
    bool is_advertised = false;  // to be told as it is
  };
  struct Member {
    NodeId id;
    std::optional<std::string> rack;
    std::vector<Address> addresses;
  };

  NodeId controller;  // writes the catalogue
  // The machine around the container that the process is in; none outside of one.
  std::optional<std::string> gateway;
  std::vector<Member> members;

  // Null where there is none.
  const Member* find(NodeId node) const;
};

// A node as one client is told of it.
struct NodeAddress {
  NodeId id;
  std::string host;
  std::int32_t port = 0;
  std::optional<std::string> rack;
};

// The address under which the client at the other end of `connection` reaches a node: as configured
// in advertised.listeners for the listener it came by, else the address it dialled, with the port
// of that node.
NodeAddress address_of(const Cluster::Member& member, const Connection& connection);

// The nodes that are up, as a client is told of them, in the order of their ids.
std::vector<NodeAddress> live_nodes(const Node& node, const Connection& connection);

// The node that clients are told of as controller. Every node takes what Kafka's controller takes,
// so this is the one that writes the catalogue, or while that is down any other.
NodeId told_controller(const Node& node);

// Whom Kafka takes clients for that do not authenticate.
inline constexpr std::string_view anonymous_user = "ANONYMOUS";

// Without an authorizer everything is allowed: the bits of AclOperation that Kafka answers with.
inline constexpr std::int32_t all_topic_operations = 3576;
inline constexpr std::int32_t all_cluster_operations = 8096;
inline constexpr std::int32_t all_group_operations = 3400;

}  // namespace odradek::broker
