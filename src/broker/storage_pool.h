// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>

#include <deque>
#include <functional>
#include <optional>

namespace odradek::broker {

// A few threads for what may block: syncs, write-behind, removing files; and one for long work that
// nobody waits for, which leaves the cores to event loops when they want them. Started by the first
// task of their kind. In a simulation the loop's thread does the work, after a while.
class StoragePool {
 public:
  static constexpr std::size_t threads = 2;
  // Of the thread for long work: it gets a tenth of a core that an event loop never leaves, and
  // does not make one wait that becomes busy.
  static constexpr int niceness = 10;

  // Results come back to `loop`'s thread.
  explicit StoragePool(boost::asio::io_context& loop) : loop_(loop) {}
  ~StoragePool() { finish(); }

  using Work = std::function<Result<>()>;
  using Done = std::function<void(const Result<>&)>;
  void run(Work work, Done done);
  void run_in_background(Work work, Done done);
  // Waits for all that was given; their results are posted to the loop.
  void finish();

 private:
  struct Task {
    Work work;
    Done done;
  };
  void post(boost::asio::thread_pool& pool, Task task);
  void simulate(Task task);
  void finish_simulated();

  boost::asio::io_context& loop_;
  std::optional<boost::asio::thread_pool> pool_;
  std::optional<boost::asio::thread_pool> background_;
  std::deque<Task> simulated_;
};

}  // namespace odradek::broker
