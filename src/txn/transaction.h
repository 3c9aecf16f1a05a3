// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.h"
#include "base/now.h"
#include "txn/records.h"
#include "wire/error_code.h"
#include "wire/transaction_marker.h"

#include <compare>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace odradek::txn {

// In the numbers of the log. Kafka: TransactionState.
enum class State : std::int8_t {
  empty = 0,  // no transaction yet, since the producer came
  ongoing = 1,
  prepare_commit = 2,  // decided, and markers are being written
  prepare_abort = 3,
  complete_commit = 4,  // markers are in every partition
  complete_abort = 5,
};
// As clients are told: "PrepareCommit".
std::string_view name_of(State state);

struct TopicPartition {
  std::string topic;
  PartitionId partition;
  friend auto operator<=>(const TopicPartition&, const TopicPartition&) = default;
};

// From the client's version 2 on each end of a transaction bumps the epoch (KIP-890, part 2). The
// numbers of the feature transaction.version.
inline constexpr std::int16_t first_with_epoch_bumps = 2;

// The last epoch that a client may be given; one more is left to fence it.
inline constexpr std::int16_t last_epoch = 32766;

// What is known of a transactional id: its producer, and the transaction that this one has open, or
// had last. Kafka: TransactionMetadata.
struct Transaction {
  std::string id;
  ProducerId producer;
  ProducerId previous_producer = none_of<ProducerId>;
  ProducerId next_producer = none_of<ProducerId>;  // takes over when the markers are written
  ProducerEpoch epoch = none_of<ProducerEpoch>;
  ProducerEpoch previous_epoch = none_of<ProducerEpoch>;
  std::int32_t timeout_ms = 0;
  State state = State::empty;
  std::set<TopicPartition> partitions;
  Timestamp started;
  Timestamp updated;
  std::int16_t client_version = 0;
  TimePoint deadline = never;  // of an ongoing one

  static Transaction from(std::string id, const TransactionLogValue& value);
  Record record() const;

  bool bumps_epochs() const { return client_version >= first_with_epoch_bumps; }
  bool has_exhausted_epochs() const { return epoch.value >= last_epoch; }
  bool is_in(State wanted) const { return state == wanted; }
  bool is_ending() const { return is_in(State::prepare_commit) || is_in(State::prepare_abort); }
  bool has_ended() const { return is_in(State::complete_commit) || is_in(State::complete_abort); }
  wire::TransactionResult result() const {
    const bool commits = is_in(State::prepare_commit) || is_in(State::complete_commit);
    return commits ? wire::TransactionResult::commit : wire::TransactionResult::abort;
  }
};

}  // namespace odradek::txn
