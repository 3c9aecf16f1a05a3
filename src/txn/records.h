// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.h"
#include "wire/api.h"
#include "wire/coordinator_record.h"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

// What __transaction_state consists of, in Kafka's format (TransactionLogKey, TransactionLogValue):
// one record for each state of a transactional id, the last one counts.
// docs/format-transaction-state.md has worked examples.
namespace odradek::txn {

using wire::always;
using wire::nullable;
using wire::since;
using Record = wire::CoordinatorRecord;

struct TransactionLogKey {
  std::string transactional_id;

  static void walk(auto& m, auto& wire) { wire(m.transactional_id); }
};

// Versions 0-1: v1 is flexible, with what transactions of version 2 need.
struct TransactionLogValue {
  static constexpr wire::Version newest = 1;
  static constexpr wire::Version first_flexible = 1;

  struct Partitions {
    std::string topic;
    std::vector<PartitionId> partition_ids;

    static void walk(auto& m, auto& wire) {
      wire(m.topic);
      wire(m.partition_ids);
    }
  };

  ProducerId producer_id;
  ProducerId previous_producer_id = none_of<ProducerId>;
  ProducerId next_producer_id = none_of<ProducerId>;
  ProducerEpoch producer_epoch;
  ProducerEpoch next_producer_epoch = none_of<ProducerEpoch>;
  std::int32_t transaction_timeout_ms = 0;
  std::int8_t transaction_status = 0;
  std::optional<std::vector<Partitions>> transaction_partitions;
  Timestamp transaction_last_update_timestamp{};
  Timestamp transaction_start_timestamp{};
  std::int16_t client_transaction_version = 0;

  static void walk(auto& m, auto& wire) {
    wire(m.producer_id);
    wire(m.producer_epoch);
    wire(m.transaction_timeout_ms);
    wire(m.transaction_status);
    wire(m.transaction_partitions, always, nullable());
    wire(m.transaction_last_update_timestamp);
    wire(m.transaction_start_timestamp);
    wire.tag(0, m.previous_producer_id, since(1), none_of<ProducerId>);
    wire.tag(1, m.next_producer_id, since(1), none_of<ProducerId>);
    wire.tag(2, m.client_transaction_version, since(1));
    wire.tag(3, m.next_producer_epoch, since(1), none_of<ProducerEpoch>);
  }
};

Record record_of(const TransactionLogKey& key, const TransactionLogValue& value);
Record tombstone_of(const TransactionLogKey& key);

// A record as it is read back.
struct TransactionRecord {
  TransactionLogKey key;
  std::optional<TransactionLogValue> value;
};
// Of a type or a version that this code does not know.
struct ForeignRecord {
  std::int16_t type = 0;
};
using DecodedRecord = std::variant<TransactionRecord, ForeignRecord>;

// Nothing where the bytes are not what their type and version say.
std::optional<DecodedRecord> decode_record(Bytes key, const std::optional<Bytes>& value);

}  // namespace odradek::txn
