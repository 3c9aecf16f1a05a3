// SPDX-License-Identifier: Apache-2.0
#include "broker/storage_pool.h"

#include <boost/asio/post.hpp>

#include <utility>

namespace odradek::broker {

void StoragePool::run(Work work, Done done) {
  if (!pool_) pool_.emplace(threads);
  boost::asio::post(*pool_, [this, work = std::move(work), done = std::move(done)]() mutable {
    auto result = work();
    boost::asio::post(loop_,
                      [done = std::move(done), result = std::move(result)] { done(result); });
  });
}

void StoragePool::finish() {
  if (!pool_) return;
  pool_->join();
  pool_.reset();
}

}  // namespace odradek::broker
