// SPDX-License-Identifier: Apache-2.0
#include "broker/client_connections.h"

#include "broker/node.h"

#include <spdlog/spdlog.h>

#include <utility>

namespace odradek::broker {
namespace {

constexpr auto refusal_log_interval = std::chrono::seconds(1);

}  // namespace

ClientConnections::ClientConnections(Node& node, std::size_t budget)
    : node_(node), budget_(budget), idle_timer_(node.loop()) {}

void ClientConnections::close_all() {
  idle_timer_.cancel();
  while (!connections_.empty()) {
    const ConnectionPtr connection(&connections_.front());
    connection->close();
  }
  short_of_memory_.clear();
}

void ClientConnections::admit(Listener& listener, boost::asio::ip::tcp::socket socket) {
  if (count_ >= static_cast<std::size_t>(*node_.options().max_connections)) {
    log_refusal("connection: max.connections is reached", "a client");
    return;
  }
  const ConnectionPtr connection(new Connection(node_, listener, std::move(socket)));
  intrusive_ptr_add_ref(connection.get());  // the list's; given back in on_closed()
  connections_.push_back(*connection);
  ++count_;
  connection->start();
  watch_for_idle();
}

void ClientConnections::on_active(Connection& connection) {
  connections_.erase(connections_.iterator_to(connection));
  connections_.push_back(connection);
}

void ClientConnections::on_closed(Connection& connection) {
  connections_.erase(connections_.iterator_to(connection));
  --count_;
  intrusive_ptr_release(&connection);
}

void ClientConnections::log_refusal(std::string_view what, const std::string& peer) {
  const auto at = Clock::now();
  if (at - last_refusal_logged_ < refusal_log_interval) return;
  last_refusal_logged_ = at;
  spdlog::info("refused what=\"{}\" peer={}", what, peer);
}

bool ClientConnections::may_receive(Connection& connection) {
  if (receiving_ <= budget_) return true;
  if (!privileged_) privileged_ = &connection;
  if (privileged_ == &connection) return true;
  short_of_memory_.push_back(&connection);
  return false;
}

void ClientConnections::give_memory_back(Connection& connection) {
  if (privileged_ == &connection) privileged_ = nullptr;
  if (short_of_memory_.empty() || receiving_ > budget_) return;
  for (const ConnectionPtr& waiting : std::exchange(short_of_memory_, {})) {
    waiting->resume_reading();
  }
}

// A timer only while there are connections, and only for the one that is due first.
void ClientConnections::watch_for_idle() {
  const std::int64_t max_idle = *node_.options().connections_max_idle_ms;
  if (watches_idle_ || connections_.empty() || max_idle < 0) return;
  watches_idle_ = true;
  idle_timer_.expires_at(connections_.front().last_active() + std::chrono::milliseconds(max_idle));
  idle_timer_.async_wait([this](const auto& cancelled) {
    watches_idle_ = false;
    if (cancelled) return;
    close_idle();
    watch_for_idle();
  });
}

void ClientConnections::close_idle() {
  const auto limit =
      Clock::now() - std::chrono::milliseconds(*node_.options().connections_max_idle_ms);
  while (!connections_.empty() && connections_.front().last_active() <= limit) {
    const ConnectionPtr connection(&connections_.front());
    connection->is_idle() ? connection->close() : connection->touch();
  }
}

}  // namespace odradek::broker
