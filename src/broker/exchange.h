// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/now.h"
#include "base/slice.h"
#include "broker/client_quotas.h"
#include "wire/api.h"
#include "wire/header.h"
#include "wire/writer.h"

#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace odradek::broker {

class Connection;
class Node;

// What waits on behalf of an exchange and must stop when the client is gone.
class Waiting {
 public:
  virtual void abandon() = 0;

 protected:
  ~Waiting() = default;
};

// One request on its way to its answer. Made by the connection, handed to a handler, which answers
// at once or keeps the pointer and answers later; answers leave in the order of the requests,
// whatever the order in which they come. Used by the node's thread alone.
class Exchange : public boost::intrusive_ref_counter<Exchange, boost::thread_unsafe_counter> {
 public:
  // `size` is that of the request on the wire.
  Exchange(Node& node, boost::intrusive_ptr<Connection> connection,
           const wire::RequestHeader& header, const KeeperPtr& frame, std::size_t size);
  ~Exchange();

  Node& node() const { return node_; }
  Connection& connection() const { return *connection_; }
  const wire::RequestHeader& header() const { return header_; }
  wire::Version version() const { return header_.api_version; }
  // No later request of the connection is executed before this one is answered, even where its API
  // lets them.
  void hold_back_others() { holds_back_others_ = true; }
  bool holds_back_others() const { return holds_back_others_; }
  std::size_t size() const { return size_; }

  // The client's quotas. Who used more than that is told so in the answer, and its connection
  // rests.
  void charge(QuotaKind kind, double amount);
  // The same, to be felt at the next request: what a client is given it need not rest for.
  void count_towards(QuotaKind kind, double amount);
  bool is_in_debt(QuotaKind kind);
  std::optional<double> burst(QuotaKind kind) const;
  void throttle(std::chrono::milliseconds time);
  // While the request is being executed its time is the client's.
  void begin_execution();
  void end_execution();

  // What keeps the views in the request alive.
  const KeeperPtr& frame() const { return frame_; }
  // For what waits and has copied what it needs.
  void release_frame() { frame_.reset(); }

  // Encodes the answer; a client that is gone misses it.
  template <class Response>
  void answer(const wire::Api& api, const Response& response) {
    answer_in_version(api, response, version());
  }
  template <class Response>
  void answer_in_version(const wire::Api& api, const Response& response, wire::Version version) {
    end_execution();
    if constexpr (requires { response.throttle_time_ms; }) {
      if (throttled_.count() > 0) {
        Response throttled(response);
        throttled.throttle_time_ms = static_cast<std::int32_t>(throttled_.count());
        return encode(api, throttled, version);
      }
    }
    encode(api, response, version);
  }
  // For produce with acks=0, which has none.
  void answer_with_nothing();
  // Closes the connection behind the answers before this one: what Kafka does with a request that
  // it cannot make sense of.
  void close_connection();

  // Set while something waits; told when the connection closes.
  void wait(Waiting* waiting) { waiting_ = waiting; }
  void abandon();

  enum class State { open, answered, closing };
  State state() const { return state_; }
  wire::Output& output() { return output_; }

 private:
  template <class Response>
  void encode(const wire::Api& api, const Response& response, wire::Version version) {
    begin(api, version);
    wire::Writer writer(output_, version, api.is_flexible(version));
    writer.write(response);
    finish();
  }
  void begin(const wire::Api& api, wire::Version version);
  void finish();
  void settle(State state);

  Node& node_;
  boost::intrusive_ptr<Connection> connection_;
  wire::RequestHeader header_;
  KeeperPtr frame_;
  wire::Output output_;
  Waiting* waiting_ = nullptr;
  const ClientLimitsPtr limits_;  // null where nobody has any
  TimePoint execution_began_ = never;
  std::chrono::milliseconds throttled_{};
  const std::size_t size_;
  State state_ = State::open;
  bool holds_back_others_ = false;
};
using ExchangePtr = boost::intrusive_ptr<Exchange>;

// Answers a request in its own API.
template <class Request>
void answer(Exchange& exchange, const typename Request::Response& response) {
  exchange.answer(Request::api, response);
}

}  // namespace odradek::broker
