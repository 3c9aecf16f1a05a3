// SPDX-License-Identifier: Apache-2.0
#include "client/socket.h"

#include "base/parse_number.h"
#include "base/text.h"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>

namespace odradek::client {
namespace {

using std::chrono::steady_clock;

constexpr std::uint16_t default_port = 9092;

Result<Address> parse_address(std::string_view text) {
  const bool is_v6 = text.starts_with('[');
  const auto end = is_v6 ? text.find(']') : text.rfind(':');
  if (is_v6 && end == std::string_view::npos) {
    return Error{Fault::invalid, "\"" + std::string(text) + "\" is not of the form host:port"};
  }
  const auto colon = is_v6 ? text.find(':', end) : end;
  Address address{std::string(is_v6 ? text.substr(1, end - 1) : text.substr(0, colon)),
                  default_port};
  if (colon != std::string_view::npos) {
    const auto port = parse_number<std::uint16_t>(text.substr(colon + 1));
    if (!port) {
      return Error{Fault::invalid, "\"" + std::string(text) + "\" is not of the form host:port"};
    }
    address.port = *port;
  }
  if (address.host.empty()) address.host = "localhost";
  return address;
}

Error unreachable(const std::string& address, const std::string& why) {
  return Error{Fault::unreachable, "cannot reach " + address + ": " + why};
}

int milliseconds_until(steady_clock::time_point deadline) {
  const auto left =
      std::chrono::duration_cast<Milliseconds>(deadline - steady_clock::now()).count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, 1 << 30));
}

// 0 or errno.
int connect_to(int descriptor, const addrinfo& to, steady_clock::time_point deadline) {
  if (::connect(descriptor, to.ai_addr, to.ai_addrlen) == 0) return 0;
  if (errno != EINPROGRESS) return errno;
  pollfd waiting{descriptor, POLLOUT, 0};
  if (::poll(&waiting, 1, milliseconds_until(deadline)) <= 0) return ETIMEDOUT;
  int failed = 0;
  socklen_t size = sizeof failed;
  ::getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &failed, &size);
  return failed;
}

}  // namespace

std::string Address::text() const {
  const bool is_v6 = host.find(':') != std::string::npos;
  return (is_v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

Result<std::vector<Address>> parse_addresses(std::string_view text) {
  std::vector<Address> addresses;
  for (const std::string& word : split_words(text)) {
    TRY(Address address, parse_address(word));
    addresses.push_back(std::move(address));
  }
  if (addresses.empty()) return Error{Fault::invalid, "no address of a broker is given"};
  return addresses;
}

Result<Socket> Socket::connect(const Address& address, Milliseconds timeout) {
  const auto deadline = steady_clock::now() + timeout;
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int unknown =
      ::getaddrinfo(address.host.c_str(), std::to_string(address.port).c_str(), &hints, &found);
  if (unknown != 0) return unreachable(address.text(), ::gai_strerror(unknown));
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owned(found, &::freeaddrinfo);
  int failed = EHOSTUNREACH;
  for (const addrinfo* each = found; each; each = each->ai_next) {
    const int descriptor =
        ::socket(each->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, each->ai_protocol);
    if (descriptor < 0) continue;
    Socket socket(descriptor, address.text());
    failed = connect_to(descriptor, *each, deadline);
    if (failed != 0) continue;
    const int yes = 1;
    ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    return socket;
  }
  return unreachable(address.text(), std::strerror(failed));
}

Socket::Socket(Socket&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), address_(std::move(other.address_)) {}

Socket& Socket::operator=(Socket&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(address_, other.address_);
  return *this;
}

Socket::~Socket() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Error Socket::failed(std::string_view what) const {
  return unreachable(address_, std::string(what));
}

Result<> Socket::wait(short event, steady_clock::time_point deadline) {
  pollfd waiting{descriptor_, event, 0};
  int ready = 0;
  do {
    ready = ::poll(&waiting, 1, milliseconds_until(deadline));
  } while (ready < 0 && errno == EINTR);  // a signal: what waits here ends soon enough
  if (ready > 0) return {};
  return failed(ready == 0 ? "no answer in time" : std::strerror(errno));
}

bool Socket::is_closed() const {
  std::byte next;
  const auto read = ::recv(descriptor_, &next, 1, MSG_PEEK | MSG_DONTWAIT);
  return read == 0 || (read < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR);
}

Result<> Socket::send(Bytes bytes, Milliseconds timeout) {
  const auto deadline = steady_clock::now() + timeout;
  while (!bytes.empty()) {
    const ssize_t sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent >= 0) {
      bytes = bytes.subspan(static_cast<std::size_t>(sent));
    } else if (errno == EAGAIN) {
      TRY(wait(POLLOUT, deadline));
    } else if (errno != EINTR) {
      return failed(std::strerror(errno));
    }
  }
  return {};
}

Result<> Socket::receive(std::span<std::byte> room, Milliseconds timeout) {
  const auto deadline = steady_clock::now() + timeout;
  while (!room.empty()) {
    const ssize_t got = ::recv(descriptor_, room.data(), room.size(), 0);
    if (got > 0) {
      room = room.subspan(static_cast<std::size_t>(got));
    } else if (got == 0) {
      return failed("the broker closed the connection");
    } else if (errno == EAGAIN) {
      TRY(wait(POLLIN, deadline));
    } else if (errno != EINTR) {
      return failed(std::strerror(errno));
    }
  }
  return {};
}

}  // namespace odradek::client
