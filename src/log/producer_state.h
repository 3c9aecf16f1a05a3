// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.h"
#include "base/ids.h"
#include "log/batch_validator.h"
#include "log/transaction_verification.h"
#include "wire/error_code.h"
#include "wire/record_batch.h"
#include "wire/transaction_marker.h"

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <unordered_map>

namespace odradek::log {

// What a partition remembers of one batch of an idempotent producer.
struct ProducerBatch {
  std::int32_t last_sequence = -1;
  Offset last_offset;
  std::int32_t offset_delta = 0;  // from the first to the last offset, and sequence
  Timestamp timestamp;

  std::int32_t first_sequence() const;
  Offset first_offset() const { return last_offset + -offset_delta; }
  friend bool operator==(const ProducerBatch&, const ProducerBatch&) = default;
};

// What a partition remembers of one producer id: its epoch and its last batches.
class ProducerEntry {
 public:
  // As many as Kafka keeps: a client has at most five requests in flight.
  static constexpr std::size_t max_batches = 5;

  ProducerEpoch epoch = none_of<ProducerEpoch>;
  CoordinatorEpoch coordinator_epoch = none_of<CoordinatorEpoch>;
  std::optional<Offset> transaction_first_offset;
  Timestamp last_timestamp;

  std::span<const ProducerBatch> batches() const { return {batches_.data(), count_}; }
  void add(const ProducerBatch& batch);
  void start_epoch(ProducerEpoch next);

 private:
  std::array<ProducerBatch, max_batches> batches_;
  std::size_t count_ = 0;
};

// A transaction that has ended in this partition.
struct CompletedTransaction {
  ProducerId producer;
  Offset first_offset;
  Offset last_offset;  // its marker's
  wire::TransactionResult result = wire::TransactionResult::abort;
};

// Names the end of a transaction to the log. With transactions of version 2 the epoch is one more
// than that of the records (KIP-890).
struct EndOfTransaction {
  ProducerId producer;
  ProducerEpoch epoch;
  wire::TransactionMarker marker;
  std::int16_t transaction_version = 0;
};

// The idempotent producers of one partition, and their transactions (KIP-98). Plain state that
// decides: the log asks check() before it appends and calls update() when it has. A cache of the
// log: a snapshot and the batches behind it give the same state again.
class ProducerState {
 public:
  struct Verdict {
    wire::ErrorCode error = wire::ErrorCode::none;
    std::optional<ProducerBatch> duplicate;  // the batch that is in the log already
  };
  // Whether a batch with a producer id may be appended (Kafka: ProducerAppendInfo,
  // UnifiedLog.analyzeAndValidateProducerState). The first of a transaction needs the guard under
  // which the coordinator was asked whether the partition belongs to it (KIP-890).
  Verdict check(const wire::BatchView& batch, Origin origin = Origin::client,
                VerificationGuard guard = {}) const;
  // Whether a marker may be: INVALID_PRODUCER_EPOCH, or TRANSACTION_COORDINATOR_FENCED.
  wire::ErrorCode check(const EndOfTransaction& end) const;

  // Takes a batch into account that is in the log at its base offset; says which transaction it
  // ended, if it did. Control batches come whole.
  std::optional<CompletedTransaction> update(const wire::BatchView& batch);

  // Whether the producer has a newer epoch.
  bool is_fenced(ProducerId producer, ProducerEpoch epoch) const;
  bool has_transaction(ProducerId producer, ProducerEpoch epoch) const;
  // Where the earliest open transaction begins.
  std::optional<Offset> first_unstable_offset() const;

  // What was asked of coordinators and has not been answered: lost with the process, as the
  // question is.
  TransactionVerifications& verifications() { return verifications_; }

  // Forgets producers that have been silent since `limit`, but for those with an open transaction.
  void expire(Timestamp limit);
  void clear();

  const std::unordered_map<ProducerId, ProducerEntry>& producers() const { return producers_; }

  // The `.snapshot` file: Kafka's format. Each remembered batch is an entry of its own, oldest
  // first; Kafka keeps the last it reads for a producer, we keep them all.
  Buffer encode() const;
  // False where the bytes are damaged; the state is then empty.
  bool decode(Bytes snapshot);

  friend bool operator==(const ProducerState& a, const ProducerState& b) {
    return a.encode() == b.encode();
  }

 private:
  wire::ErrorCode check_sequence(const wire::BatchView& batch, const ProducerEntry* entry) const;
  bool is_for_next_transaction(const wire::BatchView& batch) const;
  std::optional<CompletedTransaction> end_transaction(const wire::BatchView& batch);

  std::unordered_map<ProducerId, ProducerEntry> producers_;
  std::map<Offset, ProducerId> open_transactions_;  // by their first offset
  TransactionVerifications verifications_;
};

}  // namespace odradek::log
