// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.h"
#include "base/ids.h"
#include "base/result.h"
#include "client/cluster.h"
#include "wire/compression.h"
#include "wire/record_batch_builder.h"

#include <cstdint>
#include <map>
#include <optional>
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
// (-1) unless said otherwise; with 0 nobody says whether they were written. Records of a partition
// keep their order.
class Producer {
 public:
  struct Settings {
    wire::Codec codec = wire::Codec::none;
    std::int16_t acks = -1;
    std::size_t batch_bytes = 64 << 10;
    Cluster::AutoCreate create = Cluster::AutoCreate::yes;
  };
  static Result<Producer> open(Cluster& cluster, const std::string& topic, Settings settings);

  Result<> send(const ProducerRecord& record);
  Result<> flush();

  // A batch that was written: where, from which offset on, how many records.
  struct Written {
    PartitionId partition;
    Offset base_offset;
    std::size_t records = 0;
  };
  const std::vector<Written>& written() const { return written_; }
  std::size_t partitions() const { return leaders_.size(); }

 private:
  struct Pending {
    wire::RecordBatchBuilder builder;
    std::size_t records = 0;
  };
  Producer(Cluster& cluster, std::string topic, Settings settings)
      : cluster_(&cluster), topic_(std::move(topic)), settings_(settings) {}

  Result<> find_leaders();
  PartitionId choose(const ProducerRecord& record);
  Result<> send_batch(PartitionId partition, const Pending& pending);
  Result<wire::ErrorCode> try_batch(PartitionId partition, Bytes batch, std::size_t records);

  Cluster* cluster_;  // outlives it
  std::string topic_;
  Settings settings_;
  std::vector<NodeId> leaders_;  // by partition
  std::map<PartitionId, Pending> pending_;
  std::size_t next_keyless_ = 0;
  std::vector<Written> written_;
};

}  // namespace odradek::client
