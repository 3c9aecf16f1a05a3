// SPDX-License-Identifier: Apache-2.0
#include "group/records.h"

#include <utility>

namespace odradek::group {
namespace {

// Types of keys (CoordinatorRecordType). Type 0 is how offsets were keyed before Kafka 0.10.
constexpr std::int16_t legacy_offset_commit = 0;
constexpr std::int16_t offset_commit = 1;
constexpr std::int16_t group_metadata = 2;

constexpr wire::Version offset_value_version = 4;
constexpr wire::Version expiring_offset_value_version = 1;
constexpr wire::Version group_value_version = 3;

template <class Read>
std::optional<DecodedRecord> decode_as(wire::Reader& reader, const std::optional<Bytes>& value) {
  Read record;
  auto key = wire::decode_record_key<decltype(record.key)>(reader);
  if (!key) return std::nullopt;
  record.key = std::move(*key);
  if (!value) return record;
  record.value = wire::decode_record_value<typename decltype(record.value)::value_type>(*value);
  if (!record.value) return std::nullopt;
  return record;
}

}  // namespace

Record record_of(const OffsetCommitKey& key, const OffsetCommitValue& value) {
  const bool expires = value.expire_timestamp != Timestamp{};
  return {wire::encode_record_key(offset_commit, key),
          wire::encode_record_value(expires ? expiring_offset_value_version : offset_value_version,
                                    value)};
}

Record record_of(const GroupMetadataKey& key, const GroupMetadataValue& value) {
  return {wire::encode_record_key(group_metadata, key),
          wire::encode_record_value(group_value_version, value)};
}

Record tombstone_of(const OffsetCommitKey& key) {
  return {wire::encode_record_key(offset_commit, key), {}};
}

Record tombstone_of(const GroupMetadataKey& key) {
  return {wire::encode_record_key(group_metadata, key), {}};
}

std::optional<DecodedRecord> decode_record(Bytes key, const std::optional<Bytes>& value) {
  wire::Reader reader(key, 0, false);
  const auto type = reader.read_number<std::int16_t>();
  if (!reader.ok()) return std::nullopt;
  switch (type) {
    case legacy_offset_commit:
    case offset_commit:
      return decode_as<OffsetCommitRecord>(reader, value);
    case group_metadata:
      return decode_as<GroupMetadataRecord>(reader, value);
    default:
      return ForeignRecord{type};
  }
}

}  // namespace odradek::group
