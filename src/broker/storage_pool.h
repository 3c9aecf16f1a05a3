// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>

#include <functional>
#include <optional>

namespace odradek::broker {

// A few threads for what may block: syncs, write-behind, removing files. Started by the first task.
class StoragePool {
 public:
  static constexpr std::size_t threads = 2;

  // Results come back to `loop`'s thread.
  explicit StoragePool(boost::asio::io_context& loop) : loop_(loop) {}
  ~StoragePool() { finish(); }

  using Work = std::function<Result<>()>;
  using Done = std::function<void(const Result<>&)>;
  void run(Work work, Done done);
  // Waits for all that was given; their results are posted to the loop.
  void finish();

 private:
  boost::asio::io_context& loop_;
  std::optional<boost::asio::thread_pool> pool_;
};

}  // namespace odradek::broker
