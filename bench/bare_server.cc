// SPDX-License-Identifier: Apache-2.0
// The floor under a broker: takes whole frames, looks at nothing in them, keeps nothing, and
// answers each with so many zeros. Says its port when it listens.
//   bare_server ANSWER_BYTES
// One thread. The answers to all that came with one call go out with one.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <string>
#include <vector>

namespace {

constexpr std::size_t receive_size = 1 << 20;

[[noreturn]] void fail(const char* what) {
  std::fprintf(stderr, "bare_server: %s: %s\n", what, std::strerror(errno));
  std::exit(1);
}

class Client {
 public:
  explicit Client(int socket) : socket_(socket) {}
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  ~Client() { ::close(socket_); }

  // Returns false once the other side is gone.
  bool serve(std::vector<char>& into, const std::string& answer) {
    const ssize_t got = ::recv(socket_, into.data(), into.size(), 0);
    if (got <= 0) return false;
    const std::size_t frames = pass(into.data(), static_cast<std::size_t>(got));
    for (std::size_t i = 0; i < frames; ++i) out_ += answer;
    for (std::size_t sent = 0; sent < out_.size();) {  // blocks while the other side is slow
      const ssize_t done = ::send(socket_, out_.data() + sent, out_.size() - sent, MSG_NOSIGNAL);
      if (done <= 0) return false;
      sent += static_cast<std::size_t>(done);
    }
    out_.clear();
    return true;
  }

 private:
  // How many frames end in these bytes.
  std::size_t pass(const char* data, std::size_t size) {
    std::size_t ended = 0;
    while (size > 0) {
      const std::size_t part = std::min(size, missing_);
      if (is_in_length_) std::memcpy(length_.data() + length_.size() - missing_, data, part);
      data += part;
      size -= part;
      missing_ -= part;
      if (missing_ > 0) continue;
      std::uint32_t length = 0;
      std::memcpy(&length, length_.data(), sizeof length);
      missing_ = is_in_length_ ? ntohl(length) : length_.size();
      if (!is_in_length_) ++ended;
      is_in_length_ = !is_in_length_;
    }
    return ended;
  }

  int socket_;
  std::array<char, 4> length_{};
  bool is_in_length_ = true;
  std::size_t missing_ = length_.size();
  std::string out_;
};

int listen_anywhere() {
  const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): as sockets want it
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  if (::bind(listener, generic, size) != 0 || ::listen(listener, 4096) != 0) fail("listen");
  ::getsockname(listener, generic, &size);
  std::printf("%d\n", ntohs(address.sin_port));
  std::fflush(stdout);
  return listener;
}

void watch(int poll, int socket) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = socket;
  if (::epoll_ctl(poll, EPOLL_CTL_ADD, socket, &event) != 0) fail("epoll_ctl");
}

void run(const std::string& answer) {
  const int listener = listen_anywhere();
  const int poll = ::epoll_create1(0);
  watch(poll, listener);
  std::map<int, Client> clients;
  std::vector<char> into(receive_size);
  std::array<epoll_event, 64> events;
  for (;;) {
    const int count = ::epoll_wait(poll, events.data(), events.size(), -1);
    for (int i = 0; i < count; ++i) {
      const int socket = events[static_cast<std::size_t>(i)].data.fd;
      if (socket == listener) {
        const int accepted = ::accept(listener, nullptr, nullptr);
        const int yes = 1;
        ::setsockopt(accepted, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
        clients.try_emplace(accepted, accepted);
        watch(poll, accepted);
      } else if (!clients.at(socket).serve(into, answer)) {
        clients.erase(socket);
      }
    }
  }
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) {
    std::fprintf(stderr, "usage: bare_server ANSWER_BYTES\n");
    return 2;
  }
  const auto size = static_cast<std::uint32_t>(std::atoi(arguments[1]));
  std::string answer(size, '\0');
  const std::uint32_t length = htonl(size - 4);
  std::memcpy(answer.data(), &length, sizeof length);
  run(answer);
}
