// SPDX-License-Identifier: Apache-2.0
#include "broker/exchange.h"

#include "base/assert.h"
#include "broker/connection.h"

#include <limits>
#include <utility>

namespace odradek::broker {
namespace {

constexpr std::size_t length_size = 4;
constexpr std::size_t largest_answer = std::numeric_limits<std::int32_t>::max();

}  // namespace

Exchange::Exchange(Node& node, boost::intrusive_ptr<Connection> connection,
                   const wire::RequestHeader& header, const KeeperPtr& frame)
    : node_(node), connection_(std::move(connection)), header_(header), frame_(frame) {}

Exchange::~Exchange() = default;

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
