// SPDX-License-Identifier: Apache-2.0
#include "client/producer.h"

#include "base/clock.h"
#include "client/partitioner.h"
#include "wire/00_produce.h"

#include <algorithm>
#include <utility>

namespace odradek::client {

using wire::ErrorCode;

Result<Producer> Producer::open(Cluster& cluster, const std::string& topic, Settings settings) {
  Producer producer(cluster, topic, settings);
  TRY(producer.find_leaders());
  return producer;
}

Result<> Producer::find_leaders() {
  TRY(const auto topic, cluster_->topic(topic_, settings_.create));
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
PartitionId Producer::choose(const ProducerRecord& record) {
  if (record.partition) return *record.partition;
  if (record.key) return partition_for_key(*record.key, leaders_.size());
  return {static_cast<std::int32_t>(next_keyless_ % leaders_.size())};
}

Result<> Producer::send(const ProducerRecord& record) {
  const PartitionId partition = choose(record);
  const auto index = static_cast<std::size_t>(partition.value);
  if (partition.value < 0 || index >= leaders_.size()) {
    return Error{Fault::not_found, "topic " + topic_ + " has no partition " +
                                       std::to_string(partition.value) + ", only 0 to " +
                                       std::to_string(leaders_.size() - 1)};
  }
  const auto view = [](const std::optional<Buffer>& field) {
    return field ? std::optional<Bytes>(*field) : std::nullopt;
  };
  std::vector<wire::RecordBatchBuilder::Header> headers;
  for (const auto& [name, value] : record.headers) headers.emplace_back(name, value);
  Pending& pending = pending_[partition];
  const Timestamp time = record.timestamp.value >= 0 ? record.timestamp : Clock::wall_time();
  pending.builder.add(time, view(record.key), view(record.value), headers);
  ++pending.records;
  if (pending.builder.encoded_size() < settings_.batch_bytes) return {};
  if (!record.partition && !record.key) ++next_keyless_;
  const Pending full = std::exchange(pending, {});
  return send_batch(partition, full);
}

Result<> Producer::flush() {
  for (const auto& [partition, pending] : std::exchange(pending_, {})) {
    if (pending.records == 0) continue;
    TRY(send_batch(partition, pending));
  }
  return {};
}

Result<> Producer::send_batch(PartitionId partition, const Pending& pending) {
  TRY(const Buffer batch,
      pending.builder.build({.base_offset = Offset{0}, .codec = settings_.codec}));
  Result<ErrorCode> tried = ErrorCode::none;
  Result<> found;
  cluster_->repeat([&] {
    tried = try_batch(partition, batch, pending.records);
    if (!tried || !is_retriable(*tried)) return ErrorCode::none;
    found = find_leaders();
    return found ? *tried : ErrorCode::none;
  });
  if (!tried) return tried.error();
  if (!found) return found;
  return outcome(*tried, {}, topic_ + "-" + std::to_string(partition.value));
}

Result<ErrorCode> Producer::try_batch(PartitionId partition, Bytes batch, std::size_t records) {
  const auto index = static_cast<std::size_t>(partition.value);
  if (index >= leaders_.size()) {  // another topic of the name, with fewer
    return Error{Fault::not_found, "topic " + topic_ + " has no partition " +
                                       std::to_string(partition.value) + " any more"};
  }
  TRY(BrokerConnection* const leader, cluster_->node(leaders_[index]));
  wire::ProduceRequest request;
  request.acks = settings_.acks;
  request.timeout_ms = static_cast<std::int32_t>(cluster_->settings().timeout.count());
  auto& topic = request.topic_data.emplace_back();
  topic.name = topic_;
  topic.partition_data.push_back({partition, batch});
  constexpr wire::Version newest_with_names = 12;
  if (settings_.acks == 0) {
    TRY(leader->tell(request, newest_with_names));
    return ErrorCode::none;
  }
  TRY(const auto answer, leader->ask(request, newest_with_names));
  const auto& told = answer->responses.at(0).partition_responses.at(0);
  if (told.error_code == ErrorCode::none) {
    written_.push_back({partition, told.base_offset, records});
  } else if (!is_retriable(told.error_code)) {
    const std::string message(told.error_message.value_or(""));
    TRY(outcome(told.error_code, message, topic_ + "-" + std::to_string(partition.value)));
  }
  return told.error_code;
}

}  // namespace odradek::client
