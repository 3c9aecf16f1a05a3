// SPDX-License-Identifier: Apache-2.0
#include "client/consumer.h"
#include "client/producer.h"
#include "command/stop.h"
#include "command/verbs.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <random>
#include <thread>

// odradek perf: a load, and how long each request took. Latencies count from when a request should
// have been sent, so that a broker that stalls is not spared (no coordinated omission).
namespace odradek::command {

using std::chrono::duration;
using std::chrono::steady_clock;

namespace {

struct PerfArguments {
  std::string topic = "perf";
  int seconds = 10;
  int size = 100;
  int records = 100;  // in a batch
  double rate = 0;    // batches a second; 0 is as many as can be
};

class Latencies {
 public:
  void add(steady_clock::duration time) {
    milliseconds_.push_back(duration<double, std::milli>(time).count());
  }
  double percentile(double share) {
    if (milliseconds_.empty()) return 0;
    std::sort(milliseconds_.begin(), milliseconds_.end());
    const auto last = static_cast<double>(milliseconds_.size() - 1);
    return milliseconds_[static_cast<std::size_t>(last * share)];
  }

 private:
  std::vector<double> milliseconds_;
};

double rounded(double value) {
  return static_cast<double>(static_cast<std::int64_t>(value * 1000)) / 1000;
}

void report(Session& session, double records, double bytes, double seconds, Latencies& latencies) {
  Table table({"records_per_s", "mb_per_s", "p50_ms", "p99_ms", "p99.9_ms", "max_ms"});
  constexpr double mega = 1e6;
  table.add({{"records_per_s", static_cast<std::int64_t>(records / seconds)},
             {"mb_per_s", rounded(bytes / seconds / mega)},
             {"p50_ms", rounded(latencies.percentile(0.5))},
             {"p99_ms", rounded(latencies.percentile(0.99))},
             {"p99.9_ms", rounded(latencies.percentile(0.999))},
             {"max_ms", rounded(latencies.percentile(1))}});
  session.print(table);
}

client::ProducerRecord random_record(int size) {
  std::mt19937 random(42);
  client::ProducerRecord record;
  record.partition = PartitionId{0};
  record.value.emplace(static_cast<std::size_t>(size));
  for (std::byte& each : *record.value) each = static_cast<std::byte>('a' + random() % 26);
  return record;
}

Result<> produce(Session& session, const PerfArguments& arguments) {
  client::Producer::Settings settings;
  settings.batch_bytes = std::size_t{1} << 30;  // flushed by hand
  TRY(auto producer, client::Producer::open(session.cluster(), arguments.topic, settings));
  const auto record = random_record(arguments.size);
  watch_for_stop();
  Progress progress("batches");
  Latencies latencies;
  std::int64_t batches = 0;
  const auto began = steady_clock::now();
  const auto end = began + std::chrono::seconds(arguments.seconds);
  while (steady_clock::now() < end && !is_stopped()) {
    auto intended = steady_clock::now();
    if (arguments.rate > 0) {
      intended = began + std::chrono::duration_cast<steady_clock::duration>(
                             duration<double>(static_cast<double>(batches) / arguments.rate));
      while (steady_clock::now() < std::min(intended, end) && !is_stopped()) {
        constexpr std::chrono::milliseconds slice(100);
        std::this_thread::sleep_until(std::min(intended, steady_clock::now() + slice));
      }
      if (steady_clock::now() >= end) break;
    }
    for (int i = 0; i < arguments.records; ++i) {
      TRY(producer.send(record));
    }
    TRY(producer.flush());
    latencies.add(steady_clock::now() - intended);
    progress.show(++batches);
  }
  const double seconds = duration<double>(steady_clock::now() - began).count();
  const double records = static_cast<double>(batches) * arguments.records;
  report(session, records, records * arguments.size, seconds, latencies);
  return {};
}

Result<> consume(Session& session, const PerfArguments& arguments) {
  TRY(const auto partitions, client::partitions_of(session.cluster(), arguments.topic));
  TRY(const auto starts, offsets_at(session.cluster(), partitions, client::earliest));
  client::Consumer consumer(session.cluster(), client::IsolationLevel::read_uncommitted);
  consumer.assign(starts);
  watch_for_stop();
  Progress progress("records");
  Latencies latencies;
  std::int64_t count = 0;
  double bytes = 0;
  const auto began = steady_clock::now();
  const auto end = began + std::chrono::seconds(arguments.seconds);
  while (steady_clock::now() < end && !is_stopped()) {
    const auto asked = steady_clock::now();
    TRY(const auto records, consumer.poll(client::Milliseconds{100}));
    if (records.empty()) break;  // the end
    latencies.add(steady_clock::now() - asked);
    for (const auto& each : records) {
      bytes += static_cast<double>(each.value ? each.value->size() : 0);
    }
    count += static_cast<std::int64_t>(records.size());
    progress.show(count);
  }
  report(session, static_cast<double>(count), bytes,
         duration<double>(steady_clock::now() - began).count(), latencies);
  return {};
}

}  // namespace

void add_perf(Verbs& verbs) {
  Noun<PerfArguments> perf(verbs, "perf", "A load on one connection, with percentiles", "bench");
  CLI::App* const produces = perf.add("produce", "Write batches to partition 0", &produce);
  CLI::App* const consumes = perf.add("consume", "Read a topic from its start", &consume);
  for (CLI::App* const verb : {produces, consumes}) {
    verb->add_option("TOPIC", perf->topic, "The topic")->capture_default_str();
    verb->add_option("-d,--seconds", perf->seconds, "For how long")->capture_default_str();
  }
  produces->add_option("-s,--size", perf->size, "Bytes of a record")
      ->check(CLI::Range(0, 1 << 20))
      ->capture_default_str();
  produces->add_option("-n,--records", perf->records, "Records of a batch")
      ->check(CLI::Range(1, 100'000))
      ->capture_default_str();
  produces->add_option("-r,--rate", perf->rate, "Batches a second; 0 is as many as can be")
      ->check(CLI::Range(0.0, 1e6))
      ->check([](const std::string& text) {
        const double rate = std::strtod(text.c_str(), nullptr);
        constexpr double least = 0.001;
        return rate > 0 && rate < least ? std::string("a batch in 1,000 s at least")
                                        : std::string();
      });
}

}  // namespace odradek::command
