// SPDX-License-Identifier: Apache-2.0
#include "broker/cluster_nodes.h"

#include "broker/connection.h"
#include "broker/node.h"

namespace odradek::broker {
namespace {

bool is_loopback(const std::string& host) { return host == "::1" || host.starts_with("127."); }

// Where the listener has both loopback addresses, a client on this machine is told the name.
bool serves_localhost(const Endpoint& endpoint) {
  return endpoint.host == "localhost" || endpoint.host.empty() || endpoint.host == "::";
}

}  // namespace

NodeAddress address_of(const Node& node, const Connection& connection) {
  const Listener& listener = connection.listener();
  NodeAddress address{node.id(), {}, listener.endpoint().port, *node.options().broker_rack};
  if (const auto& advertised = listener.advertised()) {
    address.host = advertised->host;
    address.port = advertised->port;
  } else {
    const bool by_name =
        is_loopback(connection.local_host()) && serves_localhost(listener.endpoint());
    address.host = by_name ? "localhost" : connection.local_host();
  }
  return address;
}

}  // namespace odradek::broker
