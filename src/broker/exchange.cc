// SPDX-License-Identifier: Apache-2.0
#include "broker/exchange.h"

#include "base/assert.h"
#include "broker/connection.h"
#include "broker/node.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace odradek::broker {
namespace {

constexpr std::size_t length_size = 4;
constexpr std::size_t largest_answer = std::numeric_limits<std::int32_t>::max();

}  // namespace

Exchange::Exchange(Node& node, boost::intrusive_ptr<Connection> connection,
                   const wire::RequestHeader& header, const KeeperPtr& frame, std::size_t size)
    : node_(node),
      connection_(std::move(connection)),
      header_(header),
      frame_(frame),
      limits_(node.quotas().of(header.client_id.value_or(""))),
      size_(size) {}

Exchange::~Exchange() = default;

void Exchange::charge(QuotaKind kind, double amount) {
  if (limits_) throttle(limits_->charge(kind, amount, Clock::now()));
}

void Exchange::count_towards(QuotaKind kind, double amount) {
  if (limits_) (void)limits_->charge(kind, amount, Clock::now());
}

bool Exchange::is_in_debt(QuotaKind kind) {
  if (!limits_) return false;
  const auto debt = limits_->debt(kind, Clock::now());
  throttle(debt);
  return debt.count() > 0;
}

std::optional<double> Exchange::burst(QuotaKind kind) const {
  return limits_ ? limits_->burst(kind) : std::nullopt;
}

void Exchange::throttle(std::chrono::milliseconds time) {
  if (time <= throttled_) return;
  throttled_ = time;
  connection_->mute(time);
}

void Exchange::begin_execution() {
  if (limits_ && limits_->has(QuotaKind::request)) execution_began_ = Clock::now();
}

void Exchange::end_execution() {
  if (execution_began_ == never) return;
  const auto now = Clock::now();
  const std::chrono::duration<double> used = now - std::exchange(execution_began_, never);
  // As in Kafka nobody rests for longer than a window for its time.
  const std::chrono::seconds most(*node_.options().quota_window_size_seconds);
  constexpr double percent = 100;
  const auto debt = limits_->charge(QuotaKind::request, used.count() * percent, now);
  throttle(std::min<std::chrono::milliseconds>(debt, most));
}

void Exchange::begin(const wire::Api& api, wire::Version version) {
  ASSERT(state_ == State::open);
  output_.bytes.resize(length_size);
  wire::write_response_header(output_, api, version, header_.correlation_id);
}

void Exchange::finish() {
  const std::size_t size = output_.size() - length_size;
  if (size > largest_answer) {
    output_.clear();
    return close_connection();  // there is no frame that could hold it
  }
  store_big(output_.bytes.data(), static_cast<std::int32_t>(size));
  settle(State::answered);
}

void Exchange::answer_with_nothing() {
  execution_began_ = never;  // Kafka does not count the time of these either
  output_.clear();
  settle(State::answered);
}

void Exchange::close_connection() { settle(State::closing); }

void Exchange::settle(State state) {
  ASSERT(state_ == State::open);
  state_ = state;
  waiting_ = nullptr;
  frame_.reset();
  connection_->on_settled();
}

void Exchange::abandon() {
  if (Waiting* const waiting = std::exchange(waiting_, nullptr)) waiting->abandon();
}

}  // namespace odradek::broker
