// SPDX-License-Identifier: Apache-2.0
#include "sim/network.h"
#include "sim/simulated_broker.h"
#include "wire/record_batch_builder.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <gtest/gtest.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <string>
#include <vector>

namespace odradek::sim {
namespace {

using namespace std::chrono_literals;
using wire::ErrorCode;

constexpr auto day = 24h;
constexpr auto retention_check = 5min;
constexpr Timestamp earliest{-2};
constexpr Timestamp latest{-1};

const std::string topic = "t";

// A broker whose days pass as soon as nothing is left to do, and a client of it.
class DaysTest : public testing::Test {
 protected:
  void SetUp() override {
    spdlog::set_level(spdlog::level::off);
    ASSERT_TRUE(broker_.start());
  }

  // Until then.
  void live(Simulation::Duration until) {
    while (simulation_.time() < until) turn(until);
  }
  void pass(Simulation::Duration duration) { live(simulation_.time() + duration); }

  // Asks until there is an answer.
  template <class Request>
  Connection::Answer<typename Request::Response> ask(const Request& request,
                                                     wire::Version version) {
    std::optional<Connection::Answer<typename Request::Response>> answer;
    const auto go_on = [&]() -> Awaitable<void> {
      while (!answer) answer = co_await connection_.ask(request, version);
    };
    boost::asio::co_spawn(clients_, go_on, boost::asio::detached);
    const auto limit = simulation_.time() + 1min;
    while (!answer && simulation_.time() < limit) turn(limit);
    if (!answer) throw std::runtime_error("no answer");
    return std::move(*answer);
  }

  void create(std::vector<std::pair<std::string, std::string>> configs) {
    wire::CreateTopicsRequest request;
    request.topics.push_back({.name = topic, .num_partitions = 1, .replication_factor = 1});
    for (auto& [name, value] : configs) request.topics[0].configs.push_back({name, value});
    request.timeout_ms = 30000;
    const auto error = ask(request, 4).content.topics.at(0).error_code;
    ASSERT_TRUE(error == ErrorCode::none || error == ErrorCode::topic_already_exists);
  }

  Offset produce(std::size_t size) {
    wire::RecordBatchBuilder builder;
    const std::string value(size, 'x');
    builder.add(Clock::wall_time(), std::nullopt, as_bytes(value));
    const auto records = builder.build({});
    wire::ProduceRequest request;
    request.acks = -1;
    request.timeout_ms = 30000;
    request.topic_data.resize(1);
    request.topic_data[0].name = topic;
    request.topic_data[0].partition_data.push_back({PartitionId{0}, Bytes(*records)});
    for (;;) {
      const auto answer = ask(request, 8);
      const auto& told = answer.content.responses.at(0).partition_responses.at(0);
      if (told.error_code == ErrorCode::none) {
        written_[told.base_offset] = Clock::wall_time();
        return told.base_offset;
      }
      pass(100ms);  // it was started just now
    }
  }

  Offset offset_at(Timestamp time) {
    wire::ListOffsetsRequest request;
    request.topics.resize(1);
    request.topics[0].name = topic;
    auto& wanted = request.topics[0].partitions.emplace_back();
    wanted.partition_index = PartitionId{0};
    wanted.timestamp = time;
    for (;;) {
      const auto answer = ask(request, 5);
      const auto& told = answer.content.topics.at(0).partitions.at(0);
      if (told.error_code == ErrorCode::none) return told.offset;
      pass(100ms);
    }
  }

  struct Fetched {
    ErrorCode error = ErrorCode::none;
    std::vector<Offset> offsets;
  };
  Fetched fetch(Offset offset) {
    wire::FetchRequest request;
    request.max_bytes = 1 << 20;
    request.topics.resize(1);
    request.topics[0].topic = topic;
    auto& wanted = request.topics[0].partitions.emplace_back();
    wanted.partition = PartitionId{0};
    wanted.fetch_offset = offset;
    wanted.partition_max_bytes = 1 << 20;
    const auto answer = ask(request, 10);
    const auto& told = answer.content.responses.at(0).partitions.at(0);
    Fetched fetched{told.error_code, {}};
    Buffer bytes;
    for (const Slice& slice : told.records.slices) append(bytes, Bytes(slice.memory, slice.size));
    for (Bytes rest = bytes; rest.size() >= wire::BatchView::header_size;) {
      const auto size = static_cast<std::size_t>(wire::BatchView::claimed_size(rest));
      if (size > rest.size()) break;
      fetched.offsets.push_back(wire::BatchView(rest.first(size)).base_offset());
      rest = rest.subspan(size);
    }
    return fetched;
  }

  // In order, killed, or without power, in turns.
  void restart() {
    const int how = restarts_++ % 3;
    if (how == 0) {
      ASSERT_TRUE(broker_.stop());
    }
    if (how == 1) broker_.end(SimulatedBroker::End::kill);
    if (how == 2) broker_.end(SimulatedBroker::End::power_cut);
    ASSERT_TRUE(broker_.start());
  }

  // Where the log starts; no restart takes it back, and below it there is nothing.
  Offset start() {
    const Offset start = offset_at(earliest);
    EXPECT_GE(start, last_start_);
    last_start_ = start;
    if (start > Offset{0}) {
      EXPECT_EQ(fetch(start + -1).error, ErrorCode::offset_out_of_range);
      EXPECT_EQ(fetch(Offset{0}).error, ErrorCode::offset_out_of_range);
    }
    return start;
  }

  const std::map<Offset, Timestamp>& written() const { return written_; }
  int restarts() const { return restarts_; }

 private:
  void turn(Simulation::Duration limit) {
    for (bool any = true; any;) {
      any = broker_.poll();
      clients_.restart();
      if (clients_.poll() > 0) any = true;
    }
    const auto next = std::min(simulation_.next_expected(), limit);
    simulation_.pass(std::max<Simulation::Duration>(next - simulation_.time(), 1ms));
  }

  Simulation simulation_{7};
  // Cleaners and balancers have nothing to do here; what they do every few seconds takes time.
  SimulatedBroker broker_{{"log.roll.hours=24", "log.cleaner.enable=false"}};
  boost::asio::io_context clients_;
  Connect connect_ = [this] { return broker_.connect(); };
  Connection connection_{clients_, connect_};
  std::map<Offset, Timestamp> written_;
  Offset last_start_{};
  int restarts_ = 0;
};

std::int64_t ms(std::chrono::milliseconds duration) { return duration.count(); }

// With the broker's own settings: 168 hours.
TEST_F(DaysTest, AWeekStaysAndNothingThatIsMuchOlder) {
  create({});
  for (int hour = 0; hour < 14 * 24; ++hour) {
    produce(100);
    if (hour % 13 == 12) restart();
    pass(1h);
    const Offset start = this->start();
    const Timestamp now = Clock::wall_time();
    for (const auto& [offset, time] : written()) {
      const std::int64_t age = now - time;
      if (age < ms(7 * day)) {
        ASSERT_GE(offset, start) << "gone after " << age << " ms";
      }
      // Its segment took a day, and somebody has to look.
      if (age > ms(8 * day + 1h + 2 * retention_check)) {
        ASSERT_LT(offset, start) << "there after " << age << " ms";
      }
    }
  }
  EXPECT_GT(restarts(), 20);
}

TEST_F(DaysTest, AReaderThatIsTooLateGoesOnAtTheStart) {
  create({{"segment.ms", "3600000"}});
  std::vector<Offset> read;
  for (int hour = 0; hour < 9 * 24; ++hour) {
    produce(100);
    if (hour == 3) read = fetch(Offset{0}).offsets;
    pass(1h);
  }
  Offset next = read.back() + 1;
  ASSERT_EQ(fetch(next).error, ErrorCode::offset_out_of_range);
  next = offset_at(earliest);  // auto.offset.reset=earliest
  const Offset start = next;
  for (const Offset end = offset_at(latest); next < end; next = read.back() + 1) {
    const Fetched fetched = fetch(next);
    ASSERT_EQ(fetched.error, ErrorCode::none);
    ASSERT_FALSE(fetched.offsets.empty());
    read.insert(read.end(), fetched.offsets.begin(), fetched.offsets.end());
  }
  EXPECT_TRUE(std::is_sorted(read.begin(), read.end()));
  EXPECT_EQ(std::adjacent_find(read.begin(), read.end()), read.end());
  for (const auto& [offset, time] : written()) {
    if (offset < start) continue;
    EXPECT_TRUE(std::binary_search(read.begin(), read.end(), offset)) << offset.value;
  }
}

TEST_F(DaysTest, TheLastSegmentGoesTooAndOffsetsGoOn) {
  create({});
  Offset last;
  for (int i = 0; i < 10; ++i) last = produce(100);
  pass(6 * day);
  restart();
  EXPECT_EQ(start(), Offset{0});
  pass(1 * day + 1h);
  EXPECT_EQ(start(), offset_at(latest));
  EXPECT_GT(start(), last);
  restart();
  restart();
  restart();
  EXPECT_EQ(start(), offset_at(latest));
  const Offset next = produce(100);
  EXPECT_EQ(next, start());
  EXPECT_EQ(fetch(next).offsets, std::vector<Offset>{next});
}

TEST_F(DaysTest, SizeLimitsWhatIsKept) {
  constexpr std::int64_t record = 100'000;
  constexpr std::int64_t segment = 1 << 20;
  constexpr std::int64_t most = 3 * segment;
  create({{"retention.bytes", std::to_string(most)},
          {"retention.ms", "-1"},
          {"segment.bytes", std::to_string(segment)}});
  for (int hour = 0; hour < 7 * 24; ++hour) {
    produce(record);
    if (hour % 13 == 12) restart();
    pass(1h);
    const Offset start = this->start();
    const Offset end = offset_at(latest);
    const std::int64_t kept = (end.value - start.value) * record;
    // Segments go whole, and not the one that would leave less than the limit.
    EXPECT_LE(kept, most + segment);
    if (start > Offset{0}) {
      EXPECT_GT(kept, most - record);
    }
  }
  EXPECT_GT(start(), Offset{100});
}

}  // namespace
}  // namespace odradek::sim
