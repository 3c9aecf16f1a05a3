// SPDX-License-Identifier: Apache-2.0
#include "broker/storage_pool.h"

#include "base/simulation.h"
#include "broker/timer.h"

#include <boost/asio/post.hpp>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <utility>

namespace odradek::broker {
namespace {

// On Linux a priority is a thread's. Where it may not be lowered, the work is done all the same.
void be_nice() {
  const auto thread = static_cast<id_t>(::gettid());
  (void)::setpriority(PRIO_PROCESS, thread, StoragePool::niceness);
}

}  // namespace

void StoragePool::run(Work work, Done done) {
  if (Simulation::current()) return simulate({std::move(work), std::move(done)});
  if (!pool_) pool_.emplace(threads);
  post(*pool_, {std::move(work), std::move(done)});
}

void StoragePool::run_in_background(Work work, Done done) {
  if (Simulation::current()) return simulate({std::move(work), std::move(done)});
  if (!background_) {
    background_.emplace(1);
    boost::asio::post(*background_, [] { be_nice(); });
  }
  post(*background_, {std::move(work), std::move(done)});
}

void StoragePool::post(boost::asio::thread_pool& pool, Task task) {
  boost::asio::post(pool, [this, task = std::move(task)]() mutable {
    auto result = task.work();
    boost::asio::post(loop_,
                      [done = std::move(task.done), result = std::move(result)] { done(result); });
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
  for (auto* const pool : {&pool_, &background_}) {
    if (!*pool) continue;
    (*pool)->join();
    pool->reset();
  }
}

}  // namespace odradek::broker
