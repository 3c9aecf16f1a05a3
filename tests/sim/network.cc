// SPDX-License-Identifier: Apache-2.0
#include "sim/network.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

namespace odradek::sim {
namespace {

using namespace std::chrono_literals;

constexpr auto use_result = boost::asio::as_tuple(boost::asio::use_awaitable);
constexpr unsigned long long longest_way_us = 3000;
constexpr unsigned one_in_so_many_breaks = 150;

std::uint64_t chance(std::uint64_t below) { return Simulation::current()->random()() % below; }
std::chrono::microseconds way() { return std::chrono::microseconds(chance(longest_way_us)); }

}  // namespace

Awaitable<void> pause(std::chrono::microseconds time) {
  broker::Timer timer(co_await boost::asio::this_coro::executor);
  timer.expires_after(time);
  (void)co_await timer.async_wait(use_result);
}

Awaitable<bool> Connection::send(const Buffer& frame) {
  const auto bytes = boost::asio::buffer(frame.data(), frame.size());
  const auto [failed, sent] = co_await boost::asio::async_write(socket_, bytes, use_result);
  co_return !failed;
}

Awaitable<bool> Connection::receive(std::span<std::byte> into) {
  const auto bytes = boost::asio::buffer(into.data(), into.size());
  const auto [failed, received] = co_await boost::asio::async_read(socket_, bytes, use_result);
  co_return !failed;
}

Awaitable<std::optional<Buffer>> Connection::exchange(const Buffer& frame) {
  const auto there = way();
  co_await pause(there);
  if (!socket_.is_open()) {
    const auto descriptor = connect_();
    if (!descriptor) {
      co_await pause(10ms);
      co_return std::nullopt;
    }
    socket_.assign(boost::asio::local::stream_protocol(), *descriptor);
  }
  bool is_well = co_await send(frame);
  if (chance(one_in_so_many_breaks) == 0) is_well = false;
  Buffer answer(4);
  is_well = is_well && co_await receive(answer);
  if (is_well) {
    answer.resize(static_cast<std::size_t>(load_big<std::int32_t>(answer.data())));
    is_well = co_await receive(answer);
  }
  const auto back = way();
  co_await pause(back);
  if (is_well) co_return answer;
  socket_.close();
  co_return std::nullopt;
}

}  // namespace odradek::sim
