// SPDX-License-Identifier: Apache-2.0
#include "broker/client_connections.h"

#include "broker/node.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <utility>

namespace odradek::broker {
namespace {

constexpr auto refusal_log_interval = std::chrono::seconds(1);
constexpr std::size_t max_turned_away = 1000;  // kept waiting; others are closed at once

}  // namespace

ClientConnections::ClientConnections(Node& node, std::size_t budget)
    : node_(node), budget_(budget), idle_timer_(node.loop()) {
  refresh_limits();
}

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
  boost::system::error_code failed;
  const auto remote = socket.remote_endpoint(failed);
  if (failed) return;  // it has gone already
  const std::string address = host_of(remote);
  if (!has_room_for(address)) {
    log_refusal("connection: max.connections.per.ip is reached", address);
    return;
  }
  const auto delay = node_.quotas().charge_connection(address, Clock::now());
  if (delay.count() > 0) return turn_away_later(std::move(socket), delay);
  const ConnectionPtr connection(new Connection(node_, listener, std::move(socket)));
  ++counts_[connection->peer()];
  intrusive_ptr_add_ref(connection.get());  // the list's; given back in on_closed()
  connections_.push_back(*connection);
  ++count_;
  node_.activity().arrived();
  connection->start();
  watch_for_idle();
}

std::chrono::milliseconds ClientConnections::pause_before_next() {
  const std::int32_t rate = *node_.options().max_connection_creation_rate;
  if (rate == std::numeric_limits<std::int32_t>::max()) return {};
  const auto now = Clock::now();
  const auto seconds = *node_.options().quota_window_size_seconds;
  const TokenBucket::Limits limits{static_cast<double>(rate), static_cast<double>(rate) * seconds};
  if (!creations_) creations_.emplace(limits, limits.burst, now);
  if (creations_->limits() != limits) creations_->set_limits(limits, now);
  creations_->take(1, now);
  // Not for long at a time: the rate may be changed meanwhile.
  constexpr std::chrono::milliseconds longest(1000);
  return std::min(creations_->debt(now), longest);
}

void ClientConnections::refresh_limits() {
  // A wrong text is not taken in the first place.
  auto overrides = parse_connection_overrides(*node_.options().max_connections_per_ip_overrides);
  if (overrides) overrides_ = std::move(*overrides);
}

bool ClientConnections::has_room_for(const std::string& address) const {
  const auto own = overrides_.find(address);
  const std::int32_t most =
      own == overrides_.end() ? *node_.options().max_connections_per_ip : own->second;
  const auto has = counts_.find(address);
  return (has == counts_.end() ? 0 : has->second) < most;
}

// Kafka keeps a client that comes too often waiting before it closes its connection, so that it
// does not come again at once.
void ClientConnections::turn_away_later(boost::asio::ip::tcp::socket socket,
                                        std::chrono::milliseconds delay) {
  if (turned_away_ >= max_turned_away) return;
  ++turned_away_;
  const auto timer = std::make_shared<Timer>(node_.loop());
  timer->expires_after(delay);
  timer->async_wait(
      [this, timer, kept = std::make_shared<boost::asio::ip::tcp::socket>(std::move(socket))](
          const auto&) { --turned_away_; });
}

void ClientConnections::on_active(Connection& connection) {
  connections_.erase(connections_.iterator_to(connection));
  connections_.push_back(connection);
}

void ClientConnections::on_closed(Connection& connection) {
  connections_.erase(connections_.iterator_to(connection));
  --count_;
  node_.activity().left();
  const auto of_address = counts_.find(connection.peer());
  if (--of_address->second == 0) counts_.erase(of_address);
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

void ClientConnections::pass_privilege(Connection& connection) {
  if (privileged_ != &connection) return;
  privileged_ = nullptr;
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
