// SPDX-License-Identifier: Apache-2.0
#include "client/producer.h"

#include "base/clock.h"
#include "client/partitioner.h"
#include "wire/00_produce.h"
#include "wire/22_init_producer_id.h"
#include "wire/record_batch_builder.h"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

namespace odradek::client {

using wire::ErrorCode;

namespace {

// What a record takes beside its own bytes, at most, for all that is usual.
constexpr std::size_t record_overhead = 24;

std::size_t size_of(const ProducerRecord& record) {
  std::size_t size = record_overhead + (record.key ? record.key->size() : 0) +
                     (record.value ? record.value->size() : 0);
  for (const auto& [name, value] : record.headers) {
    size += name.size() + (value ? value->size() : 0) + 2;
  }
  return size;
}

// Nothing was written, or it is not known, and it may be different in a moment.
bool may_pass(ErrorCode error) {
  constexpr std::array passing{
      ErrorCode::unknown_topic_or_partition, ErrorCode::request_timed_out,
      ErrorCode::network_exception,          ErrorCode::kafka_storage_error,
      ErrorCode::not_enough_replicas,        ErrorCode::not_enough_replicas_after_append};
  return is_retriable(error) || std::count(passing.begin(), passing.end(), error) > 0;
}

}  // namespace

Result<Producer> Producer::open(Cluster& cluster, const std::string& topic, Settings settings) {
  Producer producer(cluster, topic, std::move(settings));
  TRY(producer.find_leaders());
  return producer;
}

Result<> Producer::find_leaders() {
  TRY(const auto topic, cluster_->topic(topic_, settings_.create, Cluster::Leaders::any));
  if (topic.partitions.empty()) {
    return Error{Fault::corrupt, "topic " + topic_ + " has no partitions, says the broker"};
  }
  leaders_.assign(topic.partitions.size(), none_of<NodeId>);
  for (const auto& partition : topic.partitions) {
    const auto index = static_cast<std::size_t>(partition.partition_index.value);
    if (index < leaders_.size()) leaders_[index] = partition.leader_id;
  }
  return {};
}

// Without a key batches go round.
PartitionId Producer::choose(const ProducerRecord& record) const {
  if (record.partition) return *record.partition;
  if (record.key) return partition_for_key(*record.key, leaders_.size());
  return {static_cast<std::int32_t>(next_keyless_ % leaders_.size())};
}

Result<> Producer::check(const ProducerRecord& record) const {
  const std::int32_t id = record.partition.value_or(PartitionId{0}).value;
  if (id >= 0 && static_cast<std::size_t>(id) < leaders_.size()) return {};
  return Error{Fault::not_found, "topic " + topic_ + " has no partition " + std::to_string(id) +
                                     ", only 0 to " + std::to_string(leaders_.size() - 1)};
}

// A record that does not go into the batch any more begins the next one.
Result<> Producer::send(ProducerRecord record) {
  TRY(check(record));
  if (record.timestamp.value < 0) record.timestamp = Clock::wall_time();
  const std::size_t size = size_of(record);
  PartitionId partition = choose(record);
  const PartitionId full_partition = partition;
  Pending full;
  Pending& pending = pending_[partition];
  if (!pending.records.empty() && pending.bytes + size > settings_.batch_bytes) {
    full = std::exchange(pending, {});
    if (!record.partition && !record.key) ++next_keyless_;
    partition = choose(record);
  }
  Pending& next = pending_[partition];
  next.bytes += size;
  next.records.push_back(std::move(record));
  return full.records.empty() ? Result<>() : send_records(full_partition, full.records);
}

Result<> Producer::flush() {
  Result<> done;
  for (const auto& [partition, pending] : std::exchange(pending_, {})) {
    if (pending.records.empty()) continue;
    const auto sent = send_records(partition, pending.records);
    if (done) done = sent;
  }
  return done;
}

Result<ErrorCode> Producer::ask_identity() {
  using Request = wire::InitProducerIdRequest;
  TRY(BrokerConnection* const broker, cluster_->any());
  const bool is_known = broker->version_of(Request::api, BrokerConnection::any_version).has_value();
  if (!is_known) return ErrorCode::none;  // before 0.11: it goes without
  TRY(const auto answer, broker->ask(Request{}));
  if (answer->error_code == ErrorCode::none) {
    identity_ = Identity{answer->producer_id, answer->producer_epoch, {}};
  }
  return answer->error_code;
}

Result<> Producer::identify() {
  if (identity_ || settings_.acks != -1) return {};
  Patience patience(cluster_->settings().timeout);
  while (true) {
    const auto tried = ask_identity();
    const bool passes = tried ? may_pass(*tried) : tried.error().fault == Fault::unreachable;
    if (passes && patience.has_more()) continue;
    return tried ? outcome(*tried, {}, "idempotence") : tried.error();
  }
}

Result<Buffer> Producer::build(PartitionId partition, std::span<const ProducerRecord> records) {
  wire::RecordBatchBuilder builder;
  const auto view = [](const std::optional<Buffer>& field) {
    return field ? std::optional<Bytes>(*field) : std::nullopt;
  };
  for (const ProducerRecord& record : records) {
    std::vector<wire::RecordBatchBuilder::Header> headers;
    for (const auto& [name, value] : record.headers) headers.emplace_back(name, value);
    builder.add(record.timestamp, view(record.key), view(record.value), headers);
  }
  wire::RecordBatchBuilder::Options options{.base_offset = Offset{0}, .codec = settings_.codec};
  if (identity_) {
    options.producer_id = identity_->id;
    options.producer_epoch = identity_->epoch;
    options.base_sequence = identity_->next_sequences[partition];
  }
  return builder.build(options);
}

// A batch that is too large is sent as two.
Result<> Producer::send_records(PartitionId partition, std::span<const ProducerRecord> records) {
  TRY(identify());
  TRY(const Buffer batch, build(partition, records));
  const auto delivered = deliver(partition, batch, records.size());
  if (!delivered) return delivered.error();
  if (*delivered == ErrorCode::message_too_large && records.size() > 1) {
    const std::size_t half = records.size() / 2;
    const auto first = send_records(partition, records.first(half));
    const auto second = send_records(partition, records.subspan(half));
    return first ? second : first;
  }
  return outcome(*delivered, {}, topic_ + "-" + std::to_string(partition.value));
}

// Until it is known whether it was written, or for as long as there is patience. After that the
// same sequence must not be used for other records: the producer becomes another one.
Result<ErrorCode> Producer::deliver(PartitionId partition, Bytes batch, std::size_t records) {
  Patience patience(cluster_->settings().timeout);
  while (true) {
    const auto tried = try_batch(partition, batch, records);
    const bool passes = tried ? may_pass(*tried) : tried.error().fault == Fault::unreachable;
    if (!passes) return tried;
    if (!patience.has_more()) {
      identity_.reset();
      return tried;
    }
    const auto found = find_leaders();
    if (!found && found.error().fault != Fault::unreachable) return found.error();
  }
}

Result<ErrorCode> Producer::try_batch(PartitionId partition, Bytes batch, std::size_t records) {
  const auto index = static_cast<std::size_t>(partition.value);
  if (index >= leaders_.size()) {  // another topic of the name, with fewer
    return Error{Fault::not_found, "topic " + topic_ + " has no partition " +
                                       std::to_string(partition.value) + " any more"};
  }
  if (leaders_[index].value < 0) return ErrorCode::leader_not_available;
  TRY(BrokerConnection* const leader, cluster_->node(leaders_[index]));
  wire::ProduceRequest request;
  request.acks = settings_.acks;
  auto& topic = request.topic_data.emplace_back();
  topic.name = topic_;
  topic.partition_data.push_back({partition, batch});
  constexpr wire::Version newest_with_names = 12;
  if (settings_.acks == 0) {
    TRY(leader->tell(request, newest_with_names));
    settings_.on_written({partition, Offset{-1}, records});
    return ErrorCode::none;
  }
  TRY(const auto answer, leader->ask(request, newest_with_names));
  const auto& told = answer->responses.at(0).partition_responses.at(0);
  const bool is_written =
      told.error_code == ErrorCode::none || told.error_code == ErrorCode::duplicate_sequence_number;
  if (is_written) {
    if (identity_) {
      auto& sequence = identity_->next_sequences[partition];
      constexpr std::int64_t sequences = std::int64_t{1} << 31;  // and again from 0
      sequence =
          static_cast<std::int32_t>((sequence + static_cast<std::int64_t>(records)) % sequences);
    }
    settings_.on_written({partition, told.base_offset, records});
    return ErrorCode::none;
  }
  const bool is_final =
      !may_pass(told.error_code) && told.error_code != ErrorCode::message_too_large;
  if (is_final) {
    const bool is_out_of_step = told.error_code == ErrorCode::out_of_order_sequence_number ||
                                told.error_code == ErrorCode::unknown_producer_id ||
                                told.error_code == ErrorCode::invalid_producer_epoch;
    if (is_out_of_step) identity_.reset();
    const std::string message(told.error_message.value_or(""));
    TRY(outcome(told.error_code, message, topic_ + "-" + std::to_string(partition.value)));
  }
  return told.error_code;
}

}  // namespace odradek::client
