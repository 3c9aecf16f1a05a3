// SPDX-License-Identifier: Apache-2.0
#include "broker/ending_waits.h"

namespace odradek::broker {

void EndingWaits::add(const std::string& id, Then then) {
  const TimePoint until = Clock::now() + longest_;
  waits_[id].push_back({until, std::move(then)});
  due_.emplace_back(until, id);
  if (due_.size() == 1) set_timer();
}

void EndingWaits::ended(const std::string& id) {
  auto waited = waits_.extract(id);
  if (!waited) return;
  for (Wait& wait : waited.mapped()) wait.then(true);
}

void EndingWaits::set_timer() {
  timer_.expires_at(due_.front().first);
  timer_.async_wait([this](const auto& cancelled) {
    if (!cancelled) turn_([this] { on_timer(); });
  });
}

void EndingWaits::on_timer() {
  const TimePoint now = Clock::now();
  std::vector<Then> over;
  for (; !due_.empty() && due_.front().first <= now; due_.pop_front()) {
    const auto waits = waits_.find(due_.front().second);
    if (waits == waits_.end()) continue;
    auto& queue = waits->second;
    for (; !queue.empty() && queue.front().until <= now; queue.pop_front()) {
      over.push_back(std::move(queue.front().then));
    }
    if (queue.empty()) waits_.erase(waits);
  }
  if (!due_.empty()) set_timer();
  for (const Then& then : over) then(false);
}

}  // namespace odradek::broker
