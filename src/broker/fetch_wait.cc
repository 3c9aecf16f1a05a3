// SPDX-License-Identifier: Apache-2.0
#include "broker/fetch_wait.h"

#include "broker/fetch_answer.h"
#include "broker/node.h"

#include <chrono>
#include <utility>

namespace odradek::broker {

namespace {

// Kafka's purgatory answers so long after the time. A client that polls for as long as its fetches
// wait is answered after its poll, then, and not in the middle of what it does next: consumers of
// node-rdkafka that were being closed never came to their end.
constexpr std::chrono::milliseconds lateness{5};

}  // namespace

FetchWait::FetchWait(const ExchangePtr& exchange, FetchSessions::Context context,
                     const FetchParams& params, std::size_t missing_bytes)
    : exchange_(exchange),
      context_(std::move(context)),
      params_(params),
      missing_bytes_(missing_bytes),
      timer_(exchange->node().loop()) {}

void FetchWait::begin(const ExchangePtr& exchange, FetchSessions::Context context,
                      const FetchParams& params, std::size_t missing_bytes,
                      const std::vector<Partition*>& partitions) {
  const FetchWaitPtr wait(new FetchWait(exchange, std::move(context), params, missing_bytes));
  wait->self_ = wait;
  wait->hooks_ = std::vector<FetchHook>(partitions.size());
  for (std::size_t i = 0; i < partitions.size(); ++i) {
    wait->hooks_[i].wait = wait.get();
    partitions[i]->add_waiter(wait->hooks_[i]);
  }
  exchange->wait(wait.get());
  exchange->release_frame();
  wait->timer_.expires_after(params.max_wait + lateness);
  wait->timer_.async_wait([wait](const auto& cancelled) {
    if (!cancelled && wait->self_) wait->answer();
  });
}

void FetchWait::appended(const log::Growth& growth) {
  if (is_due_) return;
  const std::size_t bytes = params_.read_committed ? growth.stable_bytes : growth.bytes;
  missing_bytes_ -= std::min(missing_bytes_, bytes);
  if (missing_bytes_ > 0) return;
  is_due_ = true;
  exchange_->node().fetch_is_due(self_);
}

void FetchWait::answer() {
  if (!self_) return;
  const FetchWaitPtr keep = self_;
  const ExchangePtr exchange = exchange_;
  end();
  FetchAnswer answer(*exchange, context_, params_, FetchAnswer::Attempt::last);
  answer.send(*exchange);
}

void FetchWait::abandon() { end(); }

void FetchWait::end() {
  const FetchWaitPtr keep = std::move(self_);
  timer_.cancel();
  hooks_.clear();  // unlinks them
  exchange_->wait(nullptr);
}

}  // namespace odradek::broker
