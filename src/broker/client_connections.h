// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "broker/connection.h"
#include "broker/connection_limits.h"
#include "broker/timer.h"
#include "broker/token_bucket.h"

#include <boost/intrusive/list.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace odradek::broker {

class Listener;
class Node;

// The clients of a node, within its limits: how many there may be, how long one may be silent, and
// how much memory their unfinished requests may take. Used by the node's thread.
class ClientConnections {
 public:
  // `budget` bytes for requests that are being received.
  ClientConnections(Node& node, std::size_t budget);

  void admit(Listener& listener, boost::asio::ip::tcp::socket socket);
  // How long new clients have to wait in the backlog (max.connection.creation.rate).
  std::chrono::milliseconds pause_before_next();
  // Limits of addresses may have changed.
  void refresh_limits();
  void close_all();

  void on_active(Connection& connection);
  void on_closed(Connection& connection);

  // Tells of a client that was turned away; not of each when there are many.
  void log_refusal(std::string_view what, const std::string& peer);

  // Memory for requests under way. When it is used up a connection has to wait, except for one,
  // so that somebody can finish and give some back.
  bool may_receive(Connection& connection);
  // The connection holds `after` bytes now, where it held `before`.
  void holds(std::size_t before, std::size_t after) { receiving_ += after - before; }
  void give_memory_back(Connection& connection);
  // Who has to rest for a while keeps nobody from finishing.
  void pass_privilege(Connection& connection);

 private:
  bool has_room_for(const std::string& address) const;
  void turn_away_later(boost::asio::ip::tcp::socket socket, std::chrono::milliseconds delay);
  void close_idle();
  void watch_for_idle();

  Node& node_;
  std::size_t receiving_ = 0;
  std::size_t budget_;
  Connection* privileged_ = nullptr;
  std::deque<ConnectionPtr> short_of_memory_;
  // The one that has been silent longest comes first.
  boost::intrusive::list<Connection, boost::intrusive::constant_time_size<false>> connections_;
  std::size_t count_ = 0;
  std::map<std::string, std::int32_t, std::less<>> counts_;  // by address
  ConnectionOverrides overrides_;
  std::optional<TokenBucket> creations_;  // where they have a rate
  std::size_t turned_away_ = 0;           // and not closed yet
  Timer idle_timer_;
  bool watches_idle_ = false;
  Clock::time_point last_refusal_logged_{};
};

}  // namespace odradek::broker
