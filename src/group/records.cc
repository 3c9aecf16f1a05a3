// SPDX-License-Identifier: Apache-2.0
#include "group/records.h"

#include "wire/reader.h"
#include "wire/writer.h"

namespace odradek::group {
namespace {

// Types of keys (CoordinatorRecordType). Type 0 is how offsets were keyed before Kafka 0.10.
constexpr std::int16_t legacy_offset_commit = 0;
constexpr std::int16_t offset_commit = 1;
constexpr std::int16_t group_metadata = 2;

constexpr wire::Version newest_value = 4;

constexpr wire::Version offset_value_version = 4;
constexpr wire::Version expiring_offset_value_version = 1;
constexpr wire::Version group_value_version = 3;

template <class Message>
Buffer encode(std::int16_t prefix, const Message& message, bool flexible) {
  wire::Output output;
  wire::Writer writer(output, prefix, flexible);
  writer.write_number(prefix);
  writer.write(message);
  return std::move(output.bytes);
}

template <class Key>
Buffer encode_key(std::int16_t type, const Key& key) {
  return encode(type, key, false);
}

template <class Value>
Buffer encode_value(wire::Version version, const Value& value) {
  return encode(version, value, version >= Value::first_flexible);
}

template <class Value>
std::optional<Value> decode_value(Bytes bytes) {
  wire::Reader prefix(bytes, 0, false);
  const auto version = prefix.read_number<wire::Version>();
  if (!prefix.ok() || version < 0 || version > newest_value) return std::nullopt;
  wire::Reader reader(prefix.rest(), version, version >= Value::first_flexible);
  Value value;
  reader.read(value);
  if (!reader.done()) return std::nullopt;
  return value;
}

template <class Read>
std::optional<DecodedRecord> decode_as(wire::Reader& reader, const std::optional<Bytes>& value) {
  Read record;
  reader.read(record.key);
  if (!reader.done()) return std::nullopt;
  if (!value) return record;
  record.value = decode_value<typename decltype(record.value)::value_type>(*value);
  if (!record.value) return std::nullopt;
  return record;
}

}  // namespace

Record record_of(const OffsetCommitKey& key, const OffsetCommitValue& value) {
  const bool expires = value.expire_timestamp != Timestamp{};
  return {encode_key(offset_commit, key),
          encode_value(expires ? expiring_offset_value_version : offset_value_version, value)};
}

Record record_of(const GroupMetadataKey& key, const GroupMetadataValue& value) {
  return {encode_key(group_metadata, key), encode_value(group_value_version, value)};
}

Record tombstone_of(const OffsetCommitKey& key) { return {encode_key(offset_commit, key), {}}; }

Record tombstone_of(const GroupMetadataKey& key) { return {encode_key(group_metadata, key), {}}; }

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
