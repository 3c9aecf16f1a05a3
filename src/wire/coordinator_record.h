// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.h"
#include "wire/api.h"
#include "wire/reader.h"
#include "wire/writer.h"

#include <cstdint>
#include <optional>
#include <utility>

// The records that coordinators keep their state in, in Kafka's formats: a key that begins with the
// number of its type, and a value that begins with its version.
namespace odradek::wire {

// One to be appended. Without a value it is a tombstone.
struct CoordinatorRecord {
  Buffer key;
  std::optional<Buffer> value;

  std::size_t size() const { return key.size() + (value ? value->size() : 0); }
};

template <class Message>
Buffer encode_prefixed(std::int16_t prefix, const Message& message, bool flexible) {
  Output output;
  Writer writer(output, prefix, flexible);
  writer.write_number(prefix);
  writer.write(message);
  return std::move(output.bytes);
}

template <class Key>
Buffer encode_record_key(std::int16_t type, const Key& key) {
  return encode_prefixed(type, key, false);
}

template <class Value>
Buffer encode_record_value(Version version, const Value& value) {
  return encode_prefixed(version, value, version >= Value::first_flexible);
}

// The key behind its type, which has been read; nothing where the bytes are not that.
template <class Key>
std::optional<Key> decode_record_key(Reader& reader) {
  Key key;
  reader.read(key);
  if (!reader.done()) return std::nullopt;
  return key;
}

template <class Value>
std::optional<Value> decode_record_value(Bytes bytes) {
  Reader prefix(bytes, 0, false);
  const auto version = prefix.read_number<Version>();
  if (!prefix.ok() || version < 0 || version > Value::newest) return std::nullopt;
  Reader reader(prefix.rest(), version, version >= Value::first_flexible);
  Value value;
  reader.read(value);
  if (!reader.done()) return std::nullopt;
  return value;
}

}  // namespace odradek::wire
