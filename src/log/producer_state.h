// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.h"
#include "base/ids.h"
#include "wire/error_code.h"
#include "wire/record_batch.h"

#include <array>
#include <cstdint>
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
  std::int32_t coordinator_epoch = -1;
  std::optional<Offset> transaction_first_offset;
  Timestamp last_timestamp;

  std::span<const ProducerBatch> batches() const { return {batches_.data(), count_}; }
  void add(const ProducerBatch& batch);
  void start_epoch(ProducerEpoch next);

 private:
  std::array<ProducerBatch, max_batches> batches_;
  std::size_t count_ = 0;
};

// The idempotent producers of one partition (KIP-98). Plain state that decides: the log asks
// check() before it appends and calls update() when it has. A cache of the log: a snapshot and the
// batches behind it give the same state again.
class ProducerState {
 public:
  struct Verdict {
    wire::ErrorCode error = wire::ErrorCode::none;
    std::optional<ProducerBatch> duplicate;  // the batch that is in the log already
  };
  // Whether a batch from a client may be appended (Kafka: ProducerAppendInfo).
  Verdict check(const wire::BatchView& batch) const;

  // Takes a batch into account that is in the log at its base offset.
  void update(const wire::BatchView& batch);

  // Forgets producers that have been silent since `limit`.
  void expire(Timestamp limit);
  void clear() { producers_.clear(); }

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
  std::unordered_map<ProducerId, ProducerEntry> producers_;
};

}  // namespace odradek::log
