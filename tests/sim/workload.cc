// SPDX-License-Identifier: Apache-2.0
#include "sim/workload.h"

#include "wire/record_batch_builder.h"
#include "wire/transaction_marker.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace odradek::sim {
namespace {

using namespace std::chrono_literals;
using wire::ErrorCode;

constexpr const char* transactional_id = "x";
constexpr const char* group = "g";
constexpr std::int32_t answer_timeout_ms = 30000;
constexpr std::array in_transactions{PartitionId{0}, PartitionId{1}};

std::uint64_t chance(std::uint64_t below) { return Simulation::current()->random()() % below; }
std::chrono::microseconds moment() { return std::chrono::microseconds(chance(20'000)); }

// What a client tries again after, whatever it was doing.
bool may_pass(ErrorCode error) {
  constexpr std::array passing{ErrorCode::coordinator_load_in_progress,
                               ErrorCode::coordinator_not_available,
                               ErrorCode::not_coordinator,
                               ErrorCode::concurrent_transactions,
                               ErrorCode::unknown_topic_or_partition,
                               ErrorCode::not_leader_or_follower,
                               ErrorCode::leader_not_available,
                               ErrorCode::request_timed_out,
                               ErrorCode::kafka_storage_error};
  return std::find(passing.begin(), passing.end(), error) != passing.end();
}

std::string name_of(ErrorCode error) { return fmt::format("error {}", static_cast<int>(error)); }

Buffer joined(const wire::RecordSlices& records) {
  Buffer bytes;
  for (const Slice& slice : records.slices) append(bytes, Bytes(slice.memory, slice.size));
  return bytes;
}

// What a reader of committed records leaves out (Kafka: CompletedFetch).
class AbortedFilter {
 public:
  using Aborted = wire::FetchResponse::FetchableTopicResponse::PartitionData::AbortedTransaction;
  explicit AbortedFilter(std::vector<Aborted> transactions) : left_(std::move(transactions)) {}

  bool hides(const wire::BatchView& batch) {
    for (const Aborted& each : left_) {
      const bool begins = each.first_offset <= batch.base_offset();
      if (begins) hidden_.insert(each.producer_id);
    }
    std::erase_if(left_,
                  [&](const Aborted& each) { return each.first_offset <= batch.base_offset(); });
    if (!batch.is_control())
      return batch.is_transactional() && hidden_.contains(batch.producer_id());
    hidden_.erase(batch.producer_id());  // its transaction ends here
    return true;
  }

 private:
  std::vector<Aborted> left_;
  std::set<ProducerId> hidden_;
};

}  // namespace

std::string Workload::who_lives() const {
  std::string names;
  for (const std::string& name : clients_) names += (names.empty() ? "" : ", ") + name;
  return names;
}

void Workload::spawn(const std::string& name, Awaitable<void> client) {
  clients_.insert(name);
  boost::asio::co_spawn(loop_, std::move(client), [this, name](const std::exception_ptr& thrown) {
    clients_.erase(clients_.find(name));
    if (!thrown) return;
    try {
      std::rethrow_exception(thrown);
    } catch (const std::exception& problem) {
      model_.fail(problem.what());
    }
  });
}

void Workload::start() {
  spawn("creation of topics", create_topics());
  for (int i = 0; i < 3; ++i) spawn("idempotent producer", produce_idempotently(i));
  spawn("weak producer", produce_weakly());
  for (std::int32_t i = 0; i < partitions; ++i) {
    spawn("producer of keys", produce_keys(i));
    spawn(fmt::format("reader of {}-{}", compacted_topic, i), read(compacted_topic, i));
    spawn(fmt::format("reader of {}-{}", plain_topic, i), read(plain_topic, i));
    spawn(fmt::format("reader of {}-{}", transaction_topic, i), read(transaction_topic, i));
  }
  spawn("group", commit_offsets());
  spawn("transactional producer", make_transactions());
}

void Workload::start_check() {
  is_stopping_ = false;
  spawn("check", check());
}

Awaitable<void> Workload::create_topics() {
  Connection connection(loop_, connect_);
  wire::CreateTopicsRequest request;
  for (const char* name : {plain_topic, transaction_topic}) {
    request.topics.push_back({.name = name, .num_partitions = partitions, .replication_factor = 1});
  }
  request.topics.push_back({.name = compacted_topic,
                            .num_partitions = partitions,
                            .replication_factor = 1,
                            .configs = {{"cleanup.policy", "compact"}}});
  request.timeout_ms = answer_timeout_ms;
  for (bool are_there = false; !are_there;) {
    const auto answer = co_await connection.ask(request, 4);
    if (!answer) continue;
    are_there = std::all_of(answer->content.topics.begin(), answer->content.topics.end(),
                            [](const auto& each) {
                              return each.error_code == ErrorCode::none ||
                                     each.error_code == ErrorCode::topic_already_exists;
                            });
  }
  for (const bool is_group : {true, false}) {
    wire::FindCoordinatorRequest find;
    find.key = is_group ? group : transactional_id;
    find.key_type = is_group ? 0 : 1;
    for (ErrorCode error = ErrorCode::not_coordinator; error != ErrorCode::none;) {
      const auto answer = co_await connection.ask(find, 2);
      if (answer) error = answer->content.error_code;
    }
  }
  has_topics_ = true;
}

Awaitable<std::optional<Workload::Produced>> Workload::produce(Connection& connection,
                                                               const Batch& batch) {
  wire::RecordBatchBuilder builder;
  const bool has_key = !batch.key.empty();
  const bool has_value = !has_key || !batch.value.empty();
  builder.add(Clock::wall_time(), has_key ? std::optional(as_bytes(batch.key)) : std::nullopt,
              has_value ? std::optional(as_bytes(batch.value)) : std::nullopt);
  const std::int16_t attributes = batch.transactional_id ? 16 : 0;
  const auto records = builder.build({.producer_id = batch.producer,
                                      .producer_epoch = batch.epoch,
                                      .base_sequence = batch.sequence,
                                      .further_attributes = attributes});
  wire::ProduceRequest request;
  if (batch.transactional_id) request.transactional_id = batch.transactional_id;
  request.acks = batch.acks;
  request.timeout_ms = answer_timeout_ms;
  request.topic_data.resize(1);
  request.topic_data[0].name = batch.topic;
  request.topic_data[0].partition_data.push_back({PartitionId{batch.partition}, Bytes(*records)});
  const auto answer = co_await connection.ask(request, 8);
  if (!answer) co_return std::nullopt;
  const auto& partition = answer->content.responses.at(0).partition_responses.at(0);
  const Produced produced{partition.error_code, partition.base_offset};
  co_return produced;
}

Awaitable<Offset> Workload::produce_for_sure(Connection& connection, const Batch& batch) {
  for (;;) {
    const auto produced = co_await produce(connection, batch);
    if (!produced) continue;
    if (produced->error == ErrorCode::none) co_return produced->offset;
    if (!may_pass(produced->error)) {
      throw std::runtime_error(batch.value + " is refused: " + name_of(produced->error));
    }
    co_await pause(20ms);
  }
}

Awaitable<Workload::Producer> Workload::begin_producing(Connection& connection, const char* id) {
  wire::InitProducerIdRequest request;
  if (id) request.transactional_id = id;
  request.transaction_timeout_ms = 60000;
  for (;;) {
    const auto answer = co_await connection.ask(request, 1);
    if (!answer) continue;
    const auto& content = answer->content;
    if (content.error_code == ErrorCode::none) {
      const Producer producer{content.producer_id, content.producer_epoch};
      co_return producer;
    }
    if (!may_pass(content.error_code)) {
      throw std::runtime_error("no producer id: " + name_of(content.error_code));
    }
    co_await pause(20ms);
  }
}

Awaitable<void> Workload::produce_idempotently(int number) {
  Connection connection(loop_, connect_);
  while (!has_topics_) co_await pause(5ms);
  const Producer producer = co_await begin_producing(connection, nullptr);
  std::array<std::int32_t, partitions> sequences{};
  for (int i = 0; !is_stopping_; ++i) {
    const auto partition = static_cast<std::int32_t>(chance(partitions));
    std::int32_t& sequence = sequences[static_cast<std::size_t>(partition)];
    const std::string value = fmt::format("i{}:{}", number, i);
    const Batch batch{plain_topic, partition,      value,      -1,
                      producer.id, producer.epoch, sequence++, /*transactional_id=*/nullptr};
    const Offset offset = co_await produce_for_sure(connection, batch);
    model_.note({plain_topic, partition, offset.value}, value);
    const auto rest = moment();
    co_await pause(rest);
  }
}

Awaitable<void> Workload::produce_weakly() {
  Connection connection(loop_, connect_);
  while (!has_topics_) co_await pause(5ms);
  for (int i = 0; !is_stopping_; ++i) {
    const auto partition = static_cast<std::int32_t>(chance(partitions));
    const Batch batch{
        .topic = plain_topic, .partition = partition, .value = fmt::format("w:{}", i), .acks = 1};
    (void)co_await produce(connection, batch);
    const auto rest = moment();
    co_await pause(rest);
  }
}

Awaitable<void> Workload::produce_keys(std::int32_t partition) {
  Connection connection(loop_, connect_);
  while (!has_topics_) co_await pause(5ms);
  const Producer producer = co_await begin_producing(connection, nullptr);
  for (std::int32_t sequence = 0; !is_stopping_; ++sequence) {
    const std::string key = fmt::format("k{}.{}", partition, chance(5));
    const bool is_deleted = chance(8) == 0;
    const Batch batch{.topic = compacted_topic,
                      .partition = partition,
                      .value = is_deleted ? "" : fmt::format("{}:{}", key, sequence),
                      .producer = producer.id,
                      .epoch = producer.epoch,
                      .sequence = sequence,
                      .key = key};
    const Offset offset = co_await produce_for_sure(connection, batch);
    model_.note_keyed({compacted_topic, partition, offset.value}, key, batch.value);
    const auto rest = moment();
    co_await pause(rest);
  }
}

Awaitable<std::int64_t> Workload::fetch(Connection& connection, const char* topic,
                                        std::int32_t partition, std::int64_t offset, bool committed,
                                        Model::Records& found) {
  wire::FetchRequest request;
  request.max_wait_ms = 30;
  request.min_bytes = 1;
  request.max_bytes = 1 << 20;
  request.isolation_level = committed ? 1 : 0;
  request.topics.resize(1);
  request.topics[0].topic = topic;
  auto& wanted = request.topics[0].partitions.emplace_back();
  wanted.partition = PartitionId{partition};
  wanted.fetch_offset = Offset{offset};
  wanted.partition_max_bytes = 1 << 20;
  const auto answer = co_await connection.ask(request, 10);
  if (!answer) co_return offset;
  const auto& data = answer->content.responses.at(0).partitions.at(0);
  if (data.error_code != ErrorCode::none) {
    if (may_pass(data.error_code)) co_return offset;
    throw std::runtime_error(fmt::format("a fetch from {}-{}@{}: {}", topic, partition, offset,
                                         name_of(data.error_code)));
  }
  AbortedFilter filter(data.aborted_transactions.value_or(std::vector<AbortedFilter::Aborted>{}));
  const Buffer bytes = joined(data.records);
  for (Bytes rest = bytes; rest.size() >= wire::BatchView::header_size;) {
    const auto size = static_cast<std::size_t>(wire::BatchView::claimed_size(rest));
    if (size > rest.size()) break;
    const wire::BatchView batch(rest.first(size));
    rest = rest.subspan(size);
    if (!batch.crc_is_right()) throw std::runtime_error("a damaged batch");
    const bool is_hidden = committed ? filter.hides(batch) : batch.is_control();
    wire::RecordReader reader(batch.records(), batch.record_count());
    while (const auto record = reader.next()) {
      const std::int64_t at = batch.base_offset().value + record->offset_delta;
      if (at < offset || is_hidden) continue;
      found[{topic, partition, at}] = std::string(as_text(record->value.value_or(Bytes{})));
    }
    offset = std::max(offset, batch.next_offset().value);
  }
  co_return offset;
}

Awaitable<void> Workload::read(const char* topic, std::int32_t partition) {
  Connection connection(loop_, connect_);
  while (!has_topics_) co_await pause(5ms);
  for (std::int64_t offset = 0; !is_stopping_;) {
    Model::Records found;
    offset = co_await fetch(connection, topic, partition, offset, /*committed=*/false, found);
    for (const auto& [place, value] : found) model_.note(place, value);
    const auto rest = moment();
    co_await pause(rest);
  }
}

Awaitable<void> Workload::commit_offsets() {
  Connection connection(loop_, connect_);
  while (!has_topics_) co_await pause(5ms);
  for (std::int64_t offset = 1; !is_stopping_; ++offset) {
    wire::OffsetCommitRequest request;
    request.group_id = group;
    request.topics.resize(1);
    request.topics[0].name = plain_topic;
    auto& partition = request.topics[0].partitions.emplace_back();
    partition.partition_index = PartitionId{0};
    partition.committed_offset = Offset{offset};
    model_.note_commit_sent(offset);
    const auto answer = co_await connection.ask(request, 7);
    if (answer) {
      const ErrorCode error = answer->content.topics.at(0).partitions.at(0).error_code;
      if (error == ErrorCode::none) model_.note_commit_acked(offset);
      if (error != ErrorCode::none && !may_pass(error)) {
        throw std::runtime_error("a commit is refused: " + name_of(error));
      }
    }
    const auto rest = moment();
    co_await pause(rest);
    if (chance(4) > 0) continue;
    wire::OffsetFetchRequest ask;
    ask.group_id = group;
    ask.topics.emplace();
    ask.topics->push_back({plain_topic, {PartitionId{0}}});
    const auto told = co_await connection.ask(ask, 5);
    if (!told || told->content.error_code != ErrorCode::none) continue;
    const auto& content = told->content.topics.at(0).partitions.at(0);
    const std::int64_t committed = std::max<std::int64_t>(content.committed_offset.value, 0);
    model_.check_committed_offset(committed);
  }
}

Awaitable<bool> Workload::add_partitions(Connection& connection, const Producer& producer) {
  wire::AddPartitionsToTxnRequest request;
  request.transactional_id = transactional_id;
  request.producer_id = producer.id;
  request.producer_epoch = producer.epoch;
  request.topics.resize(1);
  request.topics[0].name = transaction_topic;
  request.topics[0].partitions.assign(in_transactions.begin(), in_transactions.end());
  for (int i = 0; i < 20; ++i) {
    const auto answer = co_await connection.ask(request, 2);
    if (!answer) co_return false;
    const auto& partition = answer->content.results_by_topic.at(0).results_by_partition.at(0);
    const ErrorCode error = partition.partition_error_code;
    if (error == ErrorCode::none) co_return true;
    if (!may_pass(error)) co_return false;
    co_await pause(20ms);
  }
  co_return false;
}

// True where it has ended that way; false where nobody knows.
Awaitable<bool> Workload::end_transaction(Connection& connection, const Producer& producer,
                                          bool commits) {
  wire::EndTxnRequest request;
  request.transactional_id = transactional_id;
  request.producer_id = producer.id;
  request.producer_epoch = producer.epoch;
  request.committed = commits;
  for (;;) {
    const auto answer = co_await connection.ask(request, 2);
    if (!answer) continue;
    if (answer->content.error_code == ErrorCode::none) co_return true;
    if (!may_pass(answer->content.error_code)) co_return false;
    co_await pause(20ms);
  }
}

Awaitable<void> Workload::make_transactions() {
  Connection connection(loop_, connect_);
  while (!has_topics_) co_await pause(5ms);
  std::optional<Producer> producer;
  std::int32_t sequence = 0;
  for (int i = 0; !is_stopping_; ++i) {
    if (!producer) {
      producer = co_await begin_producing(connection, transactional_id);
      sequence = 0;
    }
    const std::string value = fmt::format("x:{}", i);
    bool is_well = co_await add_partitions(connection, *producer);
    for (const PartitionId partition : in_transactions) {
      if (!is_well) break;
      const Batch batch{transaction_topic, partition.value, value,    -1,
                        producer->id,      producer->epoch, sequence, transactional_id};
      const auto produced = co_await produce(connection, batch);
      is_well = produced && produced->error == ErrorCode::none;
    }
    ++sequence;
    if (!is_well) {
      // The next one to have the id aborts it.
      producer = co_await begin_producing(connection, transactional_id);
      sequence = 0;
      model_.note_aborted(value);
      continue;
    }
    const bool commits = chance(3) > 0;
    const bool has_ended = co_await end_transaction(connection, *producer, commits);
    if (has_ended && commits) model_.note_committed(value);
    if (has_ended && !commits) model_.note_aborted(value);
    if (!has_ended) {
      model_.fail("nobody knows how the transaction of " + value + " has ended");
      producer.reset();
    }
    const auto rest = moment();
    co_await pause(rest);
  }
}

Awaitable<std::int64_t> Workload::end_of(Connection& connection, const char* topic,
                                         std::int32_t partition) {
  wire::ListOffsetsRequest request;
  request.topics.resize(1);
  request.topics[0].name = topic;
  auto& wanted = request.topics[0].partitions.emplace_back();
  wanted.partition_index = PartitionId{partition};
  wanted.timestamp = Timestamp{-1};
  for (;;) {
    const auto answer = co_await connection.ask(request, 5);
    if (!answer) continue;
    const auto& told = answer->content.topics.at(0).partitions.at(0);
    if (told.error_code == ErrorCode::none) co_return told.offset.value;
    if (!may_pass(told.error_code)) throw std::runtime_error(name_of(told.error_code));
    co_await pause(20ms);
  }
}

Awaitable<void> Workload::check() {
  Connection connection(loop_, connect_);
  Model::Records all;
  Model::Records read_committed;
  for (const char* topic : {plain_topic, transaction_topic, compacted_topic}) {
    for (std::int32_t i = 0; i < partitions; ++i) {
      const std::int64_t end = co_await end_of(connection, topic, i);
      for (std::int64_t at = 0; at < end;) {
        at = co_await fetch(connection, topic, i, at, /*committed=*/false, all);
      }
      for (std::int64_t at = 0; at < end;) {
        at = co_await fetch(connection, topic, i, at, /*committed=*/true, read_committed);
      }
    }
  }
  model_.check(all, read_committed);
}

}  // namespace odradek::sim
