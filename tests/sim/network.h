// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.h"
#include "base/simulation.h"
#include "broker/timer.h"
#include "wire/header.h"
#include "wire/messages.h"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>

#include <functional>
#include <optional>

namespace odradek::sim {

template <class T>
using Awaitable = boost::asio::awaitable<T>;

// The way to a broker that may be down: a connected socket, or none.
using Connect = std::function<std::optional<int>()>;

// Waits for simulated time.
Awaitable<void> pause(std::chrono::microseconds time);

// A client's connection, which is made again when it is lost. Messages take their time, and
// sometimes the connection breaks while one is on its way.
class Connection {
 public:
  Connection(boost::asio::io_context& loop, const Connect& connect)
      : connect_(connect), socket_(loop) {}

  // An answer with the bytes that it points into.
  template <class Response>
  struct Answer {
    Buffer bytes;
    Response content;
  };
  // None where the connection was lost: nobody knows what became of the request.
  template <class Request>
  Awaitable<std::optional<Answer<typename Request::Response>>> ask(const Request& request,
                                                                   wire::Version version) {
    const Buffer frame = encode(request, version);
    std::optional<Buffer> bytes = co_await exchange(frame);
    if (!bytes) co_return std::nullopt;
    Answer<typename Request::Response> answer{std::move(*bytes), {}};
    wire::Reader reader(answer.bytes, version, Request::api.is_flexible(version));
    (void)reader.template read_number<std::int32_t>();  // the correlation id
    reader.read(answer.content);
    if (!reader.done()) throw std::runtime_error("an answer cannot be read");
    co_return answer;
  }

 private:
  template <class Request>
  static Buffer encode(const Request& request, wire::Version version) {
    wire::Output output;
    wire::Writer header(output, 1, /*flexible=*/false);
    header.write_number(std::int32_t{0});  // the size, below
    header.write_number(static_cast<std::int16_t>(Request::api.key));
    header.write_number(version);
    header.write_number(std::int32_t{1});
    header.write_number(std::int16_t{-1});  // no client id
    wire::Writer(output, version, Request::api.is_flexible(version)).write(request);
    store_big(output.bytes.data(), static_cast<std::int32_t>(output.bytes.size() - 4));
    return std::move(output.bytes);
  }

  Awaitable<std::optional<Buffer>> exchange(const Buffer& frame);
  Awaitable<bool> send(const Buffer& frame);
  Awaitable<bool> receive(std::span<std::byte> into);

  const Connect& connect_;
  boost::asio::local::stream_protocol::socket socket_;
};

}  // namespace odradek::sim
