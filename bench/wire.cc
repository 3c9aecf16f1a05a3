// SPDX-License-Identifier: Apache-2.0
// A client that costs next to nothing, so that the broker is what is measured: it sends the same
// request again and again over each connection, and throws the answers away unread.
//   wire SECONDS RATE WINDOW PORT REQUEST_FILE [PORT REQUEST_FILE ...]
// Each pair is a connection to 127.0.0.1; a request file holds one whole frame. All answers of a
// connection must have the length of the first. With a RATE of 0 each connection has WINDOW
// requests under way all the time. Otherwise so many are sent each second, over the connections in
// turn, whether or not those before are answered, and the latency of a request counts from the time
// at which it was to be sent (no omission is coordinated).
#include "client_socket.h"
#include "histogram.h"

#include <fcntl.h>
#include <poll.h>

#include <algorithm>
#include <chrono>
#include <deque>
#include <vector>

namespace {

using bench::Clock;
using bench::fail;
using bench::Histogram;

class Connection {
 public:
  Connection(int port, const char* request_file, int window)
      : socket_(bench::connect_to(port)), window_(window) {
    const std::string frame = bench::content_of(request_file);
    frame_size_ = frame.size();
    for (int i = 0; i < window; ++i) frames_ += frame;
    learn_answer_size();
    ::fcntl(socket_, F_SETFL, O_NONBLOCK);
  }

  int socket() const { return socket_; }
  std::int64_t answers() const { return received_ / answer_size_; }
  std::int64_t bytes_received() const { return received_; }
  bool wants_to_send() const { return sent_ < wanted_ * frame_size_; }

  // Half of the window at least goes out at once, so that the broker finds many requests together.
  void fill_window(Clock::time_point now) {
    const auto under_way = static_cast<std::int64_t>(wanted_) - answers();
    if (window_ - under_way < (window_ + 1) / 2) return;
    for (auto i = under_way; i < window_; ++i) want(now);
  }
  // One more request, which is to be sent at this time.
  void want(Clock::time_point time) {
    ++wanted_;
    times_.push_back(time);
  }

  void send() {
    while (wants_to_send()) {
      const std::size_t at = sent_ % frame_size_;
      const std::size_t size = std::min(wanted_ * frame_size_ - sent_, frames_.size() - at);
      const ssize_t done = ::send(socket_, frames_.data() + at, size, MSG_NOSIGNAL);
      if (done < 0 && errno == EAGAIN) return;
      if (done <= 0) fail("send");
      sent_ += static_cast<std::size_t>(done);
    }
  }

  void receive(Histogram& latencies) {
    const auto before = answers();
    for (;;) {
      const ssize_t got = ::recv(socket_, nullptr, 1 << 20, MSG_TRUNC);  // nothing is copied
      if (got < 0 && errno == EAGAIN) break;
      if (got <= 0) fail("recv");
      received_ += got;
    }
    const auto now = Clock::now();
    for (auto i = before; i < answers(); ++i) {
      latencies.add(now - times_.front());
      times_.pop_front();
    }
  }

 private:
  void learn_answer_size() {
    bench::send_all(socket_, frames_.substr(0, frame_size_));
    answer_size_ = static_cast<std::int64_t>(bench::receive_frame(socket_).size()) + 4;
  }

  int socket_;
  int window_;
  std::string frames_;
  std::size_t frame_size_ = 0;
  std::size_t wanted_ = 0;  // requests
  std::size_t sent_ = 0;    // bytes
  std::int64_t received_ = 0;
  std::int64_t answer_size_ = 1;
  std::deque<Clock::time_point> times_;  // of the requests that have no answer yet
};

class Load {
 public:
  Load(std::chrono::duration<double> length, double rate, std::vector<Connection> connections)
      : length_(length), rate_(rate), connections_(std::move(connections)) {}

  void run() {
    started_ = Clock::now();
    std::vector<pollfd> waits(connections_.size());
    for (auto now = started_; now - started_ < length_; now = Clock::now()) {
      want(now);
      for (std::size_t i = 0; i < connections_.size(); ++i) {
        connections_[i].send();
        const bool blocked = connections_[i].wants_to_send();
        waits[i] = {connections_[i].socket(), static_cast<short>(POLLIN | (blocked ? POLLOUT : 0)),
                    0};
      }
      const timespec most = until_next();
      if (::ppoll(waits.data(), waits.size(), &most, nullptr) < 0) fail("poll");
      for (std::size_t i = 0; i < connections_.size(); ++i) {
        if (waits[i].revents & POLLIN) connections_[i].receive(latencies_);
      }
    }
  }

  void report() const {
    const double seconds = std::chrono::duration<double>(Clock::now() - started_).count();
    std::int64_t answers = 0;
    std::int64_t bytes = 0;
    for (const Connection& each : connections_) {
      answers += each.answers();
      bytes += each.bytes_received();
    }
    std::printf(
        "{\"requests\":%lld,\"bytes_received\":%lld,\"seconds\":%.4f,\"p50_us\":%.1f,\"p99_us\":"
        "%.1f,\"p999_us\":%.1f,\"max_us\":%.1f}\n",
        static_cast<long long>(answers), static_cast<long long>(bytes), seconds,
        latencies_.microseconds(0.5), latencies_.microseconds(0.99), latencies_.microseconds(0.999),
        latencies_.largest());
  }

 private:
  Clock::time_point time_of(std::uint64_t request) const {
    const std::chrono::duration<double> after(static_cast<double>(request) / rate_);
    return started_ + std::chrono::duration_cast<Clock::duration>(after);
  }

  void want(Clock::time_point now) {
    if (rate_ == 0) {
      for (Connection& each : connections_) each.fill_window(now);
      return;
    }
    for (; time_of(next_) <= now; ++next_) {
      connections_[next_ % connections_.size()].want(time_of(next_));
    }
  }

  timespec until_next() const {
    const std::chrono::nanoseconds longest = std::chrono::milliseconds(100);
    const auto left =
        rate_ == 0 ? longest : std::chrono::nanoseconds(time_of(next_) - Clock::now());
    const auto wait = std::clamp(left, std::chrono::nanoseconds(0), longest);
    return {0, wait.count()};
  }

  std::chrono::duration<double> length_;
  double rate_;  // requests a second; 0: as many as the windows allow
  std::vector<Connection> connections_;
  Clock::time_point started_;
  std::uint64_t next_ = 0;  // request, with a rate
  Histogram latencies_;
};

}  // namespace

int main(int count, char** arguments) {
  if (count < 6 || count % 2 != 0) {
    std::fprintf(stderr, "usage: wire SECONDS RATE WINDOW PORT REQUEST_FILE ...\n");
    return 2;
  }
  std::vector<Connection> connections;
  for (int i = 4; i < count; i += 2) {
    connections.emplace_back(std::atoi(arguments[i]), arguments[i + 1], std::atoi(arguments[3]));
  }
  Load load(std::chrono::duration<double>(std::atof(arguments[1])), std::atof(arguments[2]),
            std::move(connections));
  load.run();
  load.report();
  return 0;
}
