// SPDX-License-Identifier: Apache-2.0
#include "broker/storage_pool.h"

#include "base/simulation.h"
#include "broker/timer.h"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <memory>
#include <utility>

namespace odradek::broker {

void StoragePool::run(Work work, Done done) {
  if (Simulation::current()) return simulate({std::move(work), std::move(done)});
  if (!pool_) pool_.emplace(threads);
  boost::asio::post(*pool_, [this, work = std::move(work), done = std::move(done)]() mutable {
    auto result = work();
    boost::asio::post(loop_,
                      [done = std::move(done), result = std::move(result)] { done(result); });
  });
}

// As two threads would: one task may overtake the one before it.
void StoragePool::simulate(Task task) {
  auto& random = Simulation::current()->random();
  const bool is_slow = random() % 64 == 0;
  const auto delay = std::chrono::microseconds(random() % (is_slow ? 500'000 : 2'000));
  simulated_.push_back(std::move(task));
  const auto timer = std::make_shared<Timer>(loop_);
  timer->expires_after(delay);
  timer->async_wait([this, timer](const auto& cancelled) {
    if (cancelled || simulated_.empty()) return;
    const std::size_t which = Simulation::current()->random()() % threads;
    const auto chosen =
        simulated_.begin() + static_cast<std::ptrdiff_t>(std::min(which, simulated_.size() - 1));
    const Task due = std::move(*chosen);
    simulated_.erase(chosen);
    due.done(due.work());
  });
}

void StoragePool::finish_simulated() {
  for (; !simulated_.empty(); simulated_.pop_front()) {
    boost::asio::post(loop_, [done = std::move(simulated_.front().done),
                              result = simulated_.front().work()] { done(result); });
  }
}

void StoragePool::finish() {
  finish_simulated();
  if (!pool_) return;
  pool_->join();
  pool_.reset();
}

}  // namespace odradek::broker
