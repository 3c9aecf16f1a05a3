// SPDX-License-Identifier: Apache-2.0
#include "txn/records.h"

#include <utility>

namespace odradek::txn {
namespace {

constexpr std::int16_t transaction_log = 0;  // CoordinatorRecordType

}  // namespace

Record record_of(const TransactionLogKey& key, const TransactionLogValue& value) {
  return {wire::encode_record_key(transaction_log, key),
          wire::encode_record_value(TransactionLogValue::newest, value)};
}

Record tombstone_of(const TransactionLogKey& key) {
  return {wire::encode_record_key(transaction_log, key), {}};
}

std::optional<DecodedRecord> decode_record(Bytes key, const std::optional<Bytes>& value) {
  wire::Reader reader(key, 0, false);
  const auto type = reader.read_number<std::int16_t>();
  if (!reader.ok()) return std::nullopt;
  if (type != transaction_log) return ForeignRecord{type};
  auto decoded = wire::decode_record_key<TransactionLogKey>(reader);
  if (!decoded) return std::nullopt;
  TransactionRecord record{std::move(*decoded), {}};
  if (!value) return record;
  const bool has_version = value->size() >= sizeof(wire::Version);
  const auto version = has_version ? load_big<wire::Version>(value->data()) : wire::Version{0};
  if (version > TransactionLogValue::newest) return ForeignRecord{type};  // as Kafka passes it over
  record.value = wire::decode_record_value<TransactionLogValue>(*value);
  if (!record.value) return std::nullopt;
  return record;
}

}  // namespace odradek::txn
