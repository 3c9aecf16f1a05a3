// SPDX-License-Identifier: Apache-2.0
#include "broker/leader_balancer.h"

#include "broker/node.h"
#include "meta/leadership.h"

#include <spdlog/spdlog.h>

#include <chrono>

namespace odradek::broker {

LeaderBalancer::LeaderBalancer(Node& node) : node_(node), timer_(node.loop()) {}

void LeaderBalancer::look() {
  const BrokerOptions& options = node_.options();
  if (is_waiting_ || !*options.auto_leader_rebalance_enable) return;
  if (meta::elect_preferred_leaders(node_.view()).empty()) return;
  is_waiting_ = true;
  timer_.expires_after(std::chrono::seconds(*options.leader_imbalance_check_interval_seconds));
  timer_.async_wait([this](const auto& cancelled) {
    is_waiting_ = false;
    if (!cancelled) elect();
  });
}

void LeaderBalancer::elect() {
  node_.catalogue().change(meta::elect_preferred_leaders, [](const Result<>& elected) {
    if (!elected) {
      spdlog::error("cannot elect preferred leaders reason=\"{}\"", elected.error().context);
    }
  });
}

}  // namespace odradek::broker
