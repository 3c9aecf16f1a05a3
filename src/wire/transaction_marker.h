// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.h"
#include "base/ids.h"
#include "base/result.h"
#include "wire/record_batch.h"

#include <cstdint>
#include <optional>

namespace odradek::wire {

enum class TransactionResult : bool { abort = false, commit = true };

// The control record that ends a transaction in one partition (KIP-98). Kafka: ControlRecordType,
// EndTransactionMarker.
struct TransactionMarker {
  TransactionResult result = TransactionResult::abort;
  CoordinatorEpoch coordinator_epoch;

  // Out of a whole control batch; nothing where it is another kind, or malformed.
  static std::optional<TransactionMarker> of(const BatchView& batch);
  // A batch of its own.
  Result<Buffer> batch(ProducerId producer, ProducerEpoch epoch, Timestamp now) const;
};

// The attributes of the batches of a transaction.
inline constexpr std::int16_t transactional_attribute = 16;
inline constexpr std::int16_t control_attribute = 32;

}  // namespace odradek::wire
