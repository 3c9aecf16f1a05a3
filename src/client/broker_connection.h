// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.h"
#include "base/result.h"
#include "client/socket.h"
#include "wire/18_api_versions.h"
#include "wire/header.h"
#include "wire/reader.h"
#include "wire/writer.h"

#include <algorithm>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace odradek::client {

// An answer with the bytes that it may view.
template <class Response>
struct Answer {
  std::unique_ptr<Buffer> frame;
  Response response;

  const Response* operator->() const { return &response; }
  const Response& operator*() const { return response; }
};

// A connection to one broker, of whatever kind and age: asks what it can do first, and then each
// thing in the newest version that both know. One request at a time.
class BrokerConnection {
 public:
  static Result<std::unique_ptr<BrokerConnection>> open(const Address& address,
                                                        const std::string& client_id,
                                                        Milliseconds timeout);

  // What the broker said of itself.
  const wire::ApiVersionsResponse& about() const { return about_; }
  // The newest version of an API that both know, not above `newest`; none where there is none.
  std::optional<wire::Version> version_of(const wire::Api& api, wire::Version newest) const;

  static constexpr wire::Version any_version = std::numeric_limits<wire::Version>::max();
  // Where a request says how long the broker may take, that is how long its answer is waited for.
  template <class Request>
  Result<Answer<typename Request::Response>> ask(Request request,
                                                 wire::Version newest = any_version) {
    const auto version = version_of(Request::api, newest);
    if (!version) return unknown(Request::api);
    set_time_limit(request);
    auto answer = ask_in(request, *version);
    // What is still on its way would be taken for the answer to the next request.
    if (!answer) is_usable_ = false;
    return answer;
  }
  // The same where no answer comes (acks=0).
  template <class Request>
  Result<> tell(Request request, wire::Version newest = any_version) {
    const auto version = version_of(Request::api, newest);
    if (!version) return unknown(Request::api);
    set_time_limit(request);
    wire::Output output = begin(Request::api, *version);
    wire::Writer(output, *version, Request::api.is_flexible(*version)).write(request);
    auto sent = send(output);
    if (!sent) is_usable_ = false;
    return sent;
  }
  // False once a request has failed, or the broker has closed it, as it does with those that are
  // idle: what is asked after that needs another connection.
  bool is_usable() const { return is_usable_ && !socket_.is_closed(); }
  // How long an answer may take.
  void set_timeout(Milliseconds timeout) { timeout_ = timeout; }
  const Address& address() const { return address_; }

 private:
  BrokerConnection(Address address, std::string client_id, Socket socket, Milliseconds timeout)
      : address_(std::move(address)),
        client_id_(std::move(client_id)),
        socket_(std::move(socket)),
        timeout_(timeout) {}

  template <class Request>
  void set_time_limit(Request& request) const {
    if constexpr (requires { request.timeout_ms; }) {
      constexpr std::int64_t most = std::numeric_limits<std::int32_t>::max();
      request.timeout_ms = static_cast<std::int32_t>(std::min(timeout_.count(), most));
    }
  }
  template <class Request>
  Result<Answer<typename Request::Response>> ask_in(const Request& request, wire::Version version) {
    const wire::Api& api = Request::api;
    const bool flexible = api.is_flexible(version);
    wire::Output output = begin(api, version);
    wire::Writer(output, version, flexible).write(request);
    TRY(send(output));
    Answer<typename Request::Response> answer{std::make_unique<Buffer>(), {}};
    TRY(receive(*answer.frame));
    wire::Reader reader(*answer.frame, version, flexible);
    if (reader.template read_number<std::int32_t>() != correlation_) return malformed(api);
    if (flexible && api.key != wire::ApiKey::api_versions) reader.skip_tags();
    reader.read(answer.response);
    if (!reader.ok()) return malformed(api);
    if constexpr (requires { answer.response.throttle_time_ms; }) {
      // A broker that is throttling takes nothing before that (KIP-219).
      throttle_ = Milliseconds(std::max(0, answer.response.throttle_time_ms));
    }
    return answer;
  }
  Result<> negotiate();
  wire::Output begin(const wire::Api& api, wire::Version version);
  Result<> send(wire::Output& output);
  Result<> receive(Buffer& frame);
  Error unknown(const wire::Api& api) const;
  Error malformed(const wire::Api& api) const;

  Address address_;
  std::string client_id_;
  Socket socket_;
  Milliseconds timeout_;
  Milliseconds throttle_{};
  std::int32_t correlation_ = 0;
  bool is_usable_ = true;
  wire::ApiVersionsResponse about_;
};

}  // namespace odradek::client
