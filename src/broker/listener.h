// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "broker/timer.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace odradek::broker {

class Node;

// One entry of `listeners`: "PLAINTEXT://localhost:9092". An empty host is every address.
struct Endpoint {
  std::string name;
  std::string host;
  std::uint16_t port = 0;
};
Result<std::vector<Endpoint>> parse_endpoints(std::string_view text);

// A name of `listeners` and the sockets that stand for it: both loopback addresses for localhost.
// bind() comes first, before anything on disk is touched; start() lets clients in.
class Listener {
 public:
  Listener(boost::asio::io_context& loop, Endpoint endpoint);

  // Takes the addresses; where the port is 0, one free port for all of them, which it keeps.
  Result<> bind();
  Result<> listen(int backlog);
  void start(Node& node);
  // Gives the addresses back; bind() may follow.
  void stop();

  const Endpoint& endpoint() const { return endpoint_; }
  // What clients are told to connect to, where the configuration says so.
  const std::optional<Endpoint>& advertised() const { return advertised_; }
  void advertise(Endpoint endpoint) { advertised_ = std::move(endpoint); }

 private:
  using Acceptor = boost::asio::ip::tcp::acceptor;

  // One socket, with the timer after which it tries again. Lives as long as it waits for either.
  struct Door {
    explicit Door(boost::asio::io_context& loop) : acceptor(loop), retry(loop) {}
    Acceptor acceptor;
    Timer retry;
  };

  using DoorPtr = std::shared_ptr<Door>;

  Result<> bind_to(const boost::asio::ip::tcp::endpoint& address);
  void accept(Node& node, const DoorPtr& door);
  void accept_after(std::chrono::milliseconds delay, Node& node, const DoorPtr& door);

  boost::asio::io_context& loop_;
  Endpoint endpoint_;
  std::optional<Endpoint> advertised_;
  std::vector<DoorPtr> doors_;
};

}  // namespace odradek::broker
