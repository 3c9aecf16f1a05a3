// SPDX-License-Identifier: Apache-2.0
#include "wire/transaction_marker.h"

#include "wire/record_batch_builder.h"

namespace odradek::wire {
namespace {

// Of key and value: what is appended to them later does not change what they begin with.
constexpr std::int16_t format = 0;

}  // namespace

std::optional<TransactionMarker> TransactionMarker::of(const BatchView& batch) {
  RecordReader reader(batch.records(), batch.record_count());
  const auto record = reader.next();
  if (!record || !record->key || record->key->size() < 4) return std::nullopt;
  if (!record->value || record->value->size() < 6) return std::nullopt;
  const auto type = load_big<std::int16_t>(record->key->data() + 2);
  if (load_big<std::int16_t>(record->key->data()) < format || type < 0 || type > 1) {
    return std::nullopt;
  }
  return TransactionMarker{
      .result = type == 1 ? TransactionResult::commit : TransactionResult::abort,
      .coordinator_epoch = {load_big<std::int32_t>(record->value->data() + 2)}};
}

Result<Buffer> TransactionMarker::batch(ProducerId producer, ProducerEpoch epoch,
                                        Timestamp now) const {
  Buffer key;
  append_big(key, format);
  append_big<std::int16_t>(key, result == TransactionResult::commit ? 1 : 0);
  Buffer value;
  append_big(value, format);
  append_big(value, coordinator_epoch.value);
  RecordBatchBuilder builder;
  builder.add(now, key, value);
  return builder.build({.producer_id = producer,
                        .producer_epoch = epoch,
                        .further_attributes = transactional_attribute | control_attribute});
}

}  // namespace odradek::wire
