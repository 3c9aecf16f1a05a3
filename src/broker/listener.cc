// SPDX-License-Identifier: Apache-2.0
#include "broker/listener.h"

#include "base/parse_number.h"
#include "base/text.h"
#include "broker/connection.h"
#include "broker/node.h"
#include "broker/port_holder.h"

#include <boost/asio/ip/v6_only.hpp>
#include <spdlog/spdlog.h>

#include <chrono>
#include <utility>

namespace odradek::broker {
namespace {

using boost::asio::ip::tcp;
namespace ip = boost::asio::ip;

// After accept() failed, most likely for want of descriptors: no busy loop.
constexpr auto accept_retry = std::chrono::milliseconds(100);

Result<Endpoint> parse_endpoint(std::string_view text) {
  const auto wrong = Error{
      Fault::invalid, "listener \"" + std::string(text) + "\" is not of the form NAME://host:port"};
  const auto scheme = text.find("://");
  const auto colon = text.rfind(':');
  if (scheme == std::string_view::npos || scheme == 0 || colon <= scheme) return wrong;
  const auto port = parse_number<std::uint16_t>(text.substr(colon + 1));
  if (!port) return wrong;
  std::string_view host = text.substr(scheme + 3, colon - scheme - 3);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  return Endpoint{std::string(text.substr(0, scheme)), std::string(host), *port};
}

Result<std::vector<ip::address>> addresses_of(const Endpoint& endpoint,
                                              boost::asio::io_context& loop) {
  if (endpoint.host.empty() || endpoint.host == "::")
    return std::vector<ip::address>{ip::address_v6::any()};
  if (endpoint.host == "localhost") {
    return std::vector<ip::address>{ip::address_v4::loopback(), ip::address_v6::loopback()};
  }
  boost::system::error_code failed;
  const auto literal = ip::make_address(endpoint.host, failed);
  if (!failed) return std::vector<ip::address>{literal};
  tcp::resolver resolver(loop);
  const auto found = resolver.resolve(endpoint.host, std::to_string(endpoint.port), failed);
  if (failed) {
    return Error{Fault::invalid,
                 "listener host " + endpoint.host + " has no address: " + failed.message()};
  }
  std::vector<ip::address> addresses;
  for (const auto& entry : found) addresses.push_back(entry.endpoint().address());
  return addresses;
}

}  // namespace

Result<std::vector<Endpoint>> parse_endpoints(std::string_view text) {
  std::vector<Endpoint> endpoints;
  while (!text.empty()) {
    TRY(Endpoint endpoint, parse_endpoint(trim(take_part(text, ','))));
    endpoints.push_back(std::move(endpoint));
  }
  return endpoints;
}

Listener::Listener(boost::asio::io_context& loop, Endpoint endpoint)
    : loop_(loop), endpoint_(std::move(endpoint)) {}

Result<> Listener::bind() {
  TRY(const auto addresses, addresses_of(endpoint_, loop_));
  const bool both_loopbacks = endpoint_.host == "localhost";
  for (const auto& address : addresses) {
    auto bound = bind_to({address, endpoint_.port});
    // A machine without IPv6 is served on IPv4 alone.
    const bool may_miss = both_loopbacks && address.is_v6() && !doors_.empty();
    const bool wildcard = address.is_v6() && address.is_unspecified();
    if (!bound && wildcard && bound.error().fault != Fault::in_use) {
      bound = bind_to({ip::address_v4::any(), endpoint_.port});
    }
    if (!bound && !(may_miss && bound.error().fault != Fault::in_use)) return bound;
  }
  return {};
}

Result<> Listener::bind_to(const tcp::endpoint& address) {
  auto door = std::make_shared<Door>(loop_);
  Acceptor* const acceptor = &door->acceptor;
  boost::system::error_code failed;
  acceptor->open(address.protocol(), failed);
  if (!failed) acceptor->set_option(tcp::acceptor::reuse_address(true), failed);
  if (!failed && address.address().is_v6()) {
    acceptor->set_option(ip::v6_only(!address.address().is_unspecified()), failed);
  }
  if (!failed) acceptor->bind(address, failed);
  // Only listen() tells whether somebody else listens there already.
  if (!failed) acceptor->listen(1, failed);
  if (failed == boost::asio::error::address_in_use) {
    const std::string holder = holder_of_port(address.port());
    return Error{Fault::in_use, "port " + std::to_string(address.port()) + " on " +
                                    address.address().to_string() + " is in use" +
                                    (holder.empty() ? "" : " by " + holder) +
                                    ": stop what listens there, or choose another port with --port "
                                    "(0 takes a free one)"};
  }
  if (failed) {
    return Error{Fault::io, "cannot listen on " + address.address().to_string() + ":" +
                                std::to_string(address.port()) + ": " + failed.message()};
  }
  endpoint_.port = acceptor->local_endpoint().port();
  doors_.push_back(std::move(door));
  return {};
}

Result<> Listener::listen(int backlog) {
  for (const auto& door : doors_) {
    boost::system::error_code failed;
    door->acceptor.listen(backlog, failed);
    if (failed) return Error{Fault::io, "cannot listen: " + failed.message()};
  }
  return {};
}

void Listener::start(Node& node) {
  for (const auto& door : doors_) accept(node, door);
}

void Listener::stop() {
  boost::system::error_code ignored;
  for (const auto& door : std::exchange(doors_, {})) {
    door->acceptor.close(ignored);
    door->retry.cancel();
  }
}

void Listener::accept(Node& node, const DoorPtr& door) {
  door->acceptor.async_accept([this, &node, door](const auto& failed, tcp::socket socket) {
    if (!door->acceptor.is_open()) return;
    if (failed) {
      node.connections().log_refusal("connection: " + failed.message(), "a client");
      return accept_after(accept_retry, node, door);
    }
    node.connections().admit(*this, std::move(socket));
    const auto pause = node.connections().pause_before_next();
    pause.count() > 0 ? accept_after(pause, node, door) : accept(node, door);
  });
}

void Listener::accept_after(std::chrono::milliseconds delay, Node& node, const DoorPtr& door) {
  door->retry.expires_after(delay);
  door->retry.async_wait([this, &node, door](const auto& cancelled) {
    if (!cancelled && door->acceptor.is_open()) accept(node, door);
  });
}

}  // namespace odradek::broker
