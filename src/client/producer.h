// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.h"
#include "base/ids.h"
#include "base/result.h"
#include "client/cluster.h"
#include "wire/compression.h"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace odradek::client {

// A record as it is to be written; owns its bytes.
struct ProducerRecord {
  std::optional<PartitionId> partition;  // chosen by the key where there is none
  Timestamp timestamp;
  std::optional<Buffer> key;
  std::optional<Buffer> value;
  std::vector<std::pair<std::string, std::optional<std::string>>> headers;
};

// Writes records to one topic: collects them into batches and sends those that are full, acks=all
// (-1) unless said otherwise. Records of a partition keep their order. With acks=all each is
// written once, however often it has to be sent (idempotence, KIP-98); with 0 nobody says whether
// it was written at all. What a broker that cannot be reached does not take is tried again for the
// cluster's timeout; an error is about the records of one batch, and the others go on.
class Producer {
 public:
  // A batch that was written: where, from which offset on, how many records.
  struct Written {
    PartitionId partition;
    Offset base_offset;
    std::size_t records = 0;
  };
  struct Settings {
    wire::Codec codec = wire::Codec::none;
    std::int16_t acks = -1;
    std::size_t batch_bytes = 64 << 10;
    Cluster::AutoCreate create = Cluster::AutoCreate::yes;
    std::function<void(const Written&)> on_written = [](const Written&) {};
  };
  static Result<Producer> open(Cluster& cluster, const std::string& topic, Settings settings);

  Result<> send(ProducerRecord record);
  Result<> flush();

  std::size_t partitions() const { return leaders_.size(); }

 private:
  using Records = std::vector<ProducerRecord>;
  struct Pending {
    Records records;
    std::size_t bytes = 0;  // about as many as they will take
  };
  struct Identity {
    ProducerId id;
    ProducerEpoch epoch;
    std::map<PartitionId, std::int32_t> next_sequences;
  };
  Producer(Cluster& cluster, std::string topic, Settings settings)
      : cluster_(&cluster), topic_(std::move(topic)), settings_(std::move(settings)) {}

  Result<> find_leaders();
  Result<> check(const ProducerRecord& record) const;
  PartitionId choose(const ProducerRecord& record) const;
  Result<> send_records(PartitionId partition, std::span<const ProducerRecord> records);
  Result<wire::ErrorCode> deliver(PartitionId partition, Bytes batch, std::size_t records);
  Result<wire::ErrorCode> try_batch(PartitionId partition, Bytes batch, std::size_t records);
  Result<> identify();
  Result<wire::ErrorCode> ask_identity();
  Result<Buffer> build(PartitionId partition, std::span<const ProducerRecord> records);

  Cluster* cluster_;  // outlives it
  std::string topic_;
  Settings settings_;
  std::vector<NodeId> leaders_;  // by partition
  std::map<PartitionId, Pending> pending_;
  std::optional<Identity> identity_;
  std::size_t next_keyless_ = 0;
};

}  // namespace odradek::client
