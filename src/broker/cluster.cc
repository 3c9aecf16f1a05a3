// SPDX-License-Identifier: Apache-2.0
#include "broker/cluster.h"

#include "base/assert.h"
#include "broker/connection.h"
#include "broker/listener.h"
#include "broker/node.h"

#include <algorithm>

namespace odradek::broker {
namespace {

bool is_loopback(const std::string& host) { return host == "::1" || host.starts_with("127."); }

// Where the listener has both loopback addresses, a client on this machine is told the name.
bool serves_localhost(const std::string& host) {
  return host == "localhost" || host.empty() || host == "::";
}

}  // namespace

const Cluster::Member* Cluster::find(NodeId node) const {
  const auto found = std::find_if(members.begin(), members.end(),
                                  [&](const Member& member) { return member.id == node; });
  return found == members.end() ? nullptr : &*found;
}

NodeAddress address_of(const Cluster::Member& member, const Connection& connection) {
  // Every node has the same listeners.
  const std::string& listener = connection.listener().endpoint().name;
  const auto address =
      std::find_if(member.addresses.begin(), member.addresses.end(),
                   [&](const Cluster::Address& each) { return each.listener == listener; });
  ASSERT(address != member.addresses.end());
  NodeAddress told{member.id, address->host, address->port, member.rack};
  if (address->is_advertised) return told;
  // Who comes from the machine around a container came by a published port of that machine.
  const auto& gateway = connection.node().cluster().gateway;
  const bool is_around = gateway && connection.peer() == *gateway;
  const bool by_name = (is_loopback(connection.local_host()) || is_around) &&
                       serves_localhost(connection.listener().endpoint().host);
  told.host = by_name ? "localhost" : connection.local_host();
  return told;
}

std::vector<NodeAddress> live_nodes(const Node& node, const Connection& connection) {
  std::vector<NodeAddress> live;
  for (const Cluster::Member& member : node.cluster().members) {
    if (node.view().is_up(member.id)) live.push_back(address_of(member, connection));
  }
  return live;
}

NodeId told_controller(const Node& node) {
  const NodeId controller = node.cluster().controller;
  if (node.view().is_up(controller)) return controller;
  for (const Cluster::Member& member : node.cluster().members) {
    if (node.view().is_up(member.id)) return member.id;
  }
  return none_of<NodeId>;
}

}  // namespace odradek::broker
