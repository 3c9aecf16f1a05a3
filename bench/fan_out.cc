// SPDX-License-Identifier: Apache-2.0
// Few records for many who wait for them: one producer, and consumers at the end of its partition,
// each with a fetch under way that waits.
//   fan_out SECONDS RATE CONSUMERS PORT PRODUCE_FILE FETCH_FILE FIRST_OFFSET
// The produce file is a frame with one record; the fetch file is one whose last twelve bytes are
// the offset and the most bytes of the partition. So many records are sent each second, whether or
// not those before are answered, and nobody else writes; the first has the offset that is named.
// The latency of a delivery counts from the time at which its record was to be sent.
#include "client_socket.h"
#include "histogram.h"

#include <poll.h>

#include <algorithm>
#include <chrono>
#include <vector>

namespace {

using bench::Clock;
using bench::Histogram;

template <class Number>
Number number_at(const std::string& bytes, std::size_t at) {
  Number value = 0;
  for (std::size_t i = 0; i < sizeof(Number); ++i) {
    value = static_cast<Number>(value << 8 | static_cast<unsigned char>(bytes.at(at + i)));
  }
  return value;
}

// One who reads at the end.
class Consumer {
 public:
  Consumer(int port, std::string frame, std::int64_t offset)
      : socket_(bench::connect_to(port)), frame_(std::move(frame)), next_(offset) {
    ask();
  }
  int socket() const { return socket_; }

  // The offsets that came, which are all of those from the first.
  struct Delivered {
    std::int64_t begin, end;
  };
  Delivered receive() {
    const std::string answer = bench::receive_frame(socket_);
    const Delivered delivered{next_, end_of(answer)};
    next_ = delivered.end;
    ask();
    return delivered;
  }

 private:
  static constexpr std::size_t records_tail = 12;  // of a fetch request
  // Of a batch: its length, and how far its last offset is from its first.
  static constexpr std::size_t length_at = 8, delta_at = 23, until_length = 12;

  void ask() {
    for (std::size_t i = 0; i < sizeof next_; ++i) {
      frame_[frame_.size() - records_tail + i] = static_cast<char>(next_ >> (56 - 8 * i));
    }
    bench::send_all(socket_, frame_);
  }

  // Version 4, of one partition of one topic.
  std::int64_t end_of(const std::string& answer) const {
    const auto name_size = number_at<std::uint16_t>(answer, 12);
    std::size_t at = 14U + name_size + 4 + 4;
    if (number_at<std::uint16_t>(answer, at) != 0) bench::fail("an error in a fetch");
    at += 2 + 8 + 8 + 4;
    std::int64_t end = next_;
    const std::size_t records_end = at + 4 + number_at<std::uint32_t>(answer, at);
    for (at += 4; at + until_length < records_end;
         at += until_length + number_at<std::uint32_t>(answer, at + length_at)) {
      end = static_cast<std::int64_t>(number_at<std::uint64_t>(answer, at)) +
            number_at<std::uint32_t>(answer, at + delta_at) + 1;
    }
    return end;
  }

  int socket_;
  std::string frame_;
  std::int64_t next_;
};

class FanOut {
 public:
  FanOut(double rate, int port, std::string record, std::int64_t first, std::vector<Consumer> all)
      : rate_(rate),
        producer_(bench::connect_to(port)),
        record_(std::move(record)),
        first_(first),
        consumers_(std::move(all)) {}

  void run(std::chrono::duration<double> length) {
    started_ = Clock::now();
    std::vector<pollfd> waits{{producer_, POLLIN, 0}};
    for (const Consumer& each : consumers_) waits.push_back({each.socket(), POLLIN, 0});
    const auto wanted = static_cast<std::int64_t>(length.count() * rate_);
    const auto all = wanted * static_cast<std::int64_t>(consumers_.size());
    while (deliveries_ < all) {
      for (; sent_ < wanted && time_of(sent_) <= Clock::now(); ++sent_) {
        bench::send_all(producer_, record_);
      }
      const auto left = std::clamp(std::chrono::nanoseconds(time_of(sent_) - Clock::now()),
                                   std::chrono::nanoseconds(0), std::chrono::nanoseconds(longest));
      const timespec most{0, left.count()};
      if (::ppoll(waits.data(), waits.size(), &most, nullptr) < 0) bench::fail("poll");
      if (waits[0].revents != 0) bench::receive_frame(producer_);
      for (std::size_t i = 0; i < consumers_.size(); ++i) {
        if (waits[i + 1].revents != 0) take(consumers_[i].receive());
      }
    }
    seconds_ = std::chrono::duration<double>(Clock::now() - started_).count();
  }

  void report() const {
    std::printf(
        "{\"deliveries\":%lld,\"seconds\":%.4f,\"p50_us\":%.1f,\"p99_us\":%.1f,\"p999_us\":%.1f}\n",
        static_cast<long long>(deliveries_), seconds_, latencies_.microseconds(0.5),
        latencies_.microseconds(0.99), latencies_.microseconds(0.999));
  }

 private:
  static constexpr std::chrono::milliseconds longest{100};

  Clock::time_point time_of(std::int64_t record) const {
    return started_ + std::chrono::duration_cast<Clock::duration>(
                          std::chrono::duration<double>(static_cast<double>(record) / rate_));
  }

  void take(Consumer::Delivered delivered) {
    const auto now = Clock::now();
    for (auto offset = delivered.begin; offset < delivered.end; ++offset, ++deliveries_) {
      latencies_.add(now - time_of(offset - first_));
    }
  }

  double rate_;  // records a second
  int producer_;
  std::string record_;
  std::int64_t first_;
  std::vector<Consumer> consumers_;
  Clock::time_point started_;
  std::int64_t sent_ = 0;
  std::int64_t deliveries_ = 0;
  double seconds_ = 0;
  Histogram latencies_;
};

}  // namespace

int main(int count, char** arguments) {
  if (count != 8) {
    std::fprintf(
        stderr,
        "usage: fan_out SECONDS RATE CONSUMERS PORT PRODUCE_FILE FETCH_FILE FIRST_OFFSET\n");
    return 2;
  }
  const int port = std::atoi(arguments[4]);
  const std::int64_t first = std::atoll(arguments[7]);
  const std::string fetch = bench::content_of(arguments[6]);
  std::vector<Consumer> consumers;
  for (int i = 0; i < std::atoi(arguments[3]); ++i) consumers.emplace_back(port, fetch, first);
  FanOut load(std::atof(arguments[2]), port, bench::content_of(arguments[5]), first,
              std::move(consumers));
  load.run(std::chrono::duration<double>(std::atof(arguments[1])));
  load.report();
  return 0;
}
