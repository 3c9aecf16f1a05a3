// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.h"
#include "base/result.h"

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace odradek::client {

// Where a broker listens: "localhost:9092".
struct Address {
  std::string host;
  std::uint16_t port = 0;

  std::string text() const;
  friend bool operator==(const Address&, const Address&) = default;
};
// Reads "host:port,host:port"; a host without a port means 9092. Fault::invalid where it is
// neither.
Result<std::vector<Address>> parse_addresses(std::string_view text);

using Milliseconds = std::chrono::milliseconds;

// A TCP connection whose calls wait, up to a time. Every failure is Fault::unreachable and names
// the address. For one thread.
class Socket {
 public:
  static Result<Socket> connect(const Address& address, Milliseconds timeout);
  Socket(Socket&& other) noexcept;
  Socket& operator=(Socket&& other) noexcept;
  ~Socket();

  // Whether the other side has closed it; nobody is waited for.
  bool is_closed() const;
  Result<> send(Bytes bytes, Milliseconds timeout);
  // Fills all of `room`.
  Result<> receive(std::span<std::byte> room, Milliseconds timeout);

 private:
  Socket(int descriptor, std::string address)
      : descriptor_(descriptor), address_(std::move(address)) {}
  Result<> wait(short event, std::chrono::steady_clock::time_point deadline);
  Error failed(std::string_view what) const;

  int descriptor_;
  std::string address_;
};

}  // namespace odradek::client
