// SPDX-License-Identifier: Apache-2.0
// A client that costs next to nothing, so that the broker is what is measured: it sends the same
// request again and again over each connection, many at a time, and throws the answers away unread.
//   light SECONDS WINDOW PORT REQUEST_FILE [PORT REQUEST_FILE ...]
// Each pair is a connection to 127.0.0.1; a request file holds one whole frame. All answers of a
// connection must have the length of the first.
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

[[noreturn]] void fail(const char* what) {
  std::fprintf(stderr, "light: %s: %s\n", what, std::strerror(errno));
  std::exit(1);
}

class Connection {
 public:
  Connection(int port, const char* request_file, int window)
      : socket_(::socket(AF_INET, SOCK_STREAM, 0)), window_(window) {
    std::ifstream file(request_file, std::ios::binary);
    const std::string frame((std::istreambuf_iterator<char>(file)), {});
    frame_size_ = frame.size();
    for (int i = 0; i < window; ++i) frames_ += frame;
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): as sockets want it
    if (::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
      fail("connect");
    }
    const int yes = 1;
    ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    learn_answer_size();
    ::fcntl(socket_, F_SETFL, O_NONBLOCK);
  }

  int socket() const { return socket_; }
  std::int64_t answers() const { return received_ / answer_size_; }
  std::int64_t bytes_received() const { return received_; }

  // Half of the window at least goes out at once, so that the broker finds many requests together.
  bool wants_to_send() const { return sent_ % frame_size_ != 0 || room() >= window_ / 2; }

  void send() {
    while (wants_to_send()) {
      const std::size_t at = sent_ % frame_size_;
      const std::size_t size =
          static_cast<std::size_t>(room()) * frame_size_ + (at ? frame_size_ - at : 0);
      const ssize_t done =
          ::send(socket_, frames_.data() + at, std::min(size, frames_.size() - at), MSG_NOSIGNAL);
      if (done < 0 && errno == EAGAIN) return;
      if (done <= 0) fail("send");
      sent_ += static_cast<std::size_t>(done);
    }
  }

  void receive() {
    for (;;) {
      const ssize_t got = ::recv(socket_, nullptr, 1 << 20, MSG_TRUNC);  // nothing is copied
      if (got < 0 && errno == EAGAIN) return;
      if (got <= 0) fail("recv");
      received_ += got;
    }
  }

 private:
  // Requests that may still be begun.
  int room() const {
    const auto begun = static_cast<std::int64_t>((sent_ + frame_size_ - 1) / frame_size_);
    return window_ - static_cast<int>(begun - answers());
  }

  void learn_answer_size() {
    if (::send(socket_, frames_.data(), frame_size_, 0) != static_cast<ssize_t>(frame_size_)) {
      fail("send");
    }
    std::uint32_t size = 0;
    if (::recv(socket_, &size, sizeof size, MSG_WAITALL) != sizeof size) fail("recv");
    answer_size_ = static_cast<std::int64_t>(ntohl(size)) + 4;
    std::string rest(ntohl(size), '\0');
    if (::recv(socket_, rest.data(), rest.size(), MSG_WAITALL) !=
        static_cast<ssize_t>(rest.size())) {
      fail("recv");
    }
  }

  int socket_;
  int window_;
  std::string frames_;
  std::size_t frame_size_ = 0;
  std::size_t sent_ = 0;
  std::int64_t received_ = 0;
  std::int64_t answer_size_ = 1;
};

}  // namespace

int main(int count, char** arguments) {
  if (count < 5 || count % 2 == 0) {
    std::fprintf(stderr, "usage: light SECONDS WINDOW PORT REQUEST_FILE ...\n");
    return 2;
  }
  const std::chrono::duration<double> length(std::atof(arguments[1]));
  std::vector<Connection> connections;
  for (int i = 3; i < count; i += 2) {
    connections.emplace_back(std::atoi(arguments[i]), arguments[i + 1], std::atoi(arguments[2]));
  }
  const auto started = Clock::now();
  std::vector<pollfd> waits(connections.size());
  while (Clock::now() - started < length) {
    for (std::size_t i = 0; i < connections.size(); ++i) {
      connections[i].send();
      const bool blocked = connections[i].wants_to_send();
      waits[i] = {connections[i].socket(), static_cast<short>(POLLIN | (blocked ? POLLOUT : 0)), 0};
    }
    if (::poll(waits.data(), waits.size(), 100) < 0) fail("poll");
    for (std::size_t i = 0; i < connections.size(); ++i) {
      if (waits[i].revents) connections[i].receive();
    }
  }
  const double seconds = std::chrono::duration<double>(Clock::now() - started).count();
  std::int64_t answers = 0;
  std::int64_t bytes = 0;
  for (const Connection& each : connections) {
    answers += each.answers();
    bytes += each.bytes_received();
  }
  std::printf("{\"requests\":%lld,\"bytes_received\":%lld,\"seconds\":%.4f}\n",
              static_cast<long long>(answers), static_cast<long long>(bytes), seconds);
  return 0;
}
