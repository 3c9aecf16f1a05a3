// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/assert.h"
#include "base/bytes.h"
#include "base/slice.h"
#include "wire/api.h"
#include "wire/field_types.h"

#include <bit>
#include <cstdint>
#include <utility>
#include <vector>

namespace odradek::wire {

// Encoded bytes with foreign slices (records) between them: `slice` goes in before bytes[at].
struct Output {
  struct Splice {
    std::size_t at = 0;
    Slice slice;
  };
  Buffer bytes;
  std::vector<Splice> splices;

  std::size_t size() const {
    std::size_t total = bytes.size();
    for (const Splice& splice : splices) total += splice.slice.size;
    return total;
  }
  void clear() {
    bytes.clear();
    splices.clear();
  }
};

// Writes a message behind what `output` already holds. Fields that a version does not have are
// left out, whatever they hold. A text that is longer than the protocol allows is cut: an error
// message may quote what a client sent.
class Writer {
 public:
  Writer(Output& output, Version version, bool flexible)
      : output_(output), version_(version), flexible_(flexible) {}

  template <Struct T>
  void write(const T& message) {
    T::walk(message, *this);
    if (flexible_) write_tags(message);
  }

  void operator()(const auto& field, Versions present = always, Nullable null = {}) {
    if (present.has(version_)) write_field(field, null.in.has(version_));
  }

  template <class T>
  void tag(std::uint32_t, const T&, Versions, const T& = {}) {}

  template <std::integral T>
  void write_number(T value) {
    append_big(output_.bytes, value);
  }
  void write_unsigned_varint(std::uint32_t value);

 private:
  class TagWriter;

  void write_text(std::string_view text);
  void write_text_length(std::int64_t length);
  void write_blob_length(std::int64_t length);
  void write_slices(const RecordSlices& records);

  template <class T>
  void write_field(const T& field, bool may_be_null);
  template <class T>
  void write_length(std::int64_t length) {
    Text<T> ? write_text_length(length) : write_blob_length(length);
  }
  template <class T>
  void write_sized(const T& field);
  template <class Message>
  void write_tags(const Message& message);

  Output& output_;
  Version version_;
  bool flexible_;
};

// Collects the tagged fields that differ from their default.
class Writer::TagWriter {
 public:
  explicit TagWriter(Version version) : version_(version) {}

  void operator()(auto&&...) {}
  template <class T>
  void tag(std::uint32_t number, const T& field, Versions present, const T& absent = {}) {
    if (!present.has(version_) || field == absent) return;
    Output value;
    Writer writer(value, version_, true);
    writer.write_field(field, IsOptional<T>::value);
    ASSERT(value.splices.empty());
    Writer into(fields_, version_, true);
    into.write_unsigned_varint(number);
    into.write_unsigned_varint(static_cast<std::uint32_t>(value.bytes.size()));
    append(fields_.bytes, value.bytes);
    ++count_;
  }

  std::uint32_t count() const { return count_; }
  Bytes fields() const { return fields_.bytes; }

 private:
  Version version_;
  Output fields_;
  std::uint32_t count_ = 0;
};

template <class T>
void Writer::write_field(const T& field, [[maybe_unused]] bool may_be_null) {
  if constexpr (std::same_as<T, bool>) {
    write_number<std::int8_t>(field ? 1 : 0);
  } else if constexpr (std::is_enum_v<T>) {
    write_number(static_cast<std::underlying_type_t<T>>(field));
  } else if constexpr (std::integral<T>) {
    write_number(field);
  } else if constexpr (std::same_as<T, double>) {
    write_number(std::bit_cast<std::uint64_t>(field));
  } else if constexpr (Wrapped<T>) {
    write_number(field.value);
  } else if constexpr (std::same_as<T, Uuid>) {
    append(output_.bytes, field.bytes);
  } else if constexpr (std::same_as<T, RecordSlices>) {
    write_slices(field);
  } else if constexpr (Optional<T>) {
    using Inner = typename T::value_type;
    if constexpr (Struct<Inner>) {
      write_number<std::int8_t>(field ? 1 : -1);
      if (field) write(*field);
    } else if (field) {
      write_sized(*field);
    } else {
      write_length<Inner>(may_be_null ? -1 : 0);
    }
  } else if constexpr (Struct<T>) {
    write(field);
  } else {
    write_sized(field);
  }
}

template <class T>
void Writer::write_sized(const T& field) {
  if constexpr (Text<T>) return write_text(field);
  write_length<T>(static_cast<std::int64_t>(field.size()));
  if constexpr (Blob<T>) {
    append(output_.bytes, field);
  } else {
    for (const auto& element : field) write_field(element, false);
  }
}

template <class Message>
void Writer::write_tags(const Message& message) {
  TagWriter tags(version_);
  Message::walk(message, tags);
  write_unsigned_varint(tags.count());
  append(output_.bytes, tags.fields());
}

}  // namespace odradek::wire
