// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.h"
#include "wire/api.h"
#include "wire/field_types.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <utility>

namespace odradek::wire {

// Reads a message from bytes that a peer sent. Believes nothing: every length is checked against
// what remains, and every array against a memory budget, before anything is reserved. A failure
// sticks; read on and ask ok() or done() once at the end. Views in the message point into `input`.
class Reader {
 public:
  // A message may make us reserve this many bytes for each of its own, plus a fixed allowance.
  static constexpr std::size_t budget_per_byte = 8;
  static constexpr std::size_t budget_allowance = 1 << 20;
  // Tagged fields that we do not know are skipped, within these limits.
  static constexpr std::uint32_t max_unknown_tags = 64;
  static constexpr std::uint32_t max_unknown_tag_size = 128 << 10;

  Reader(Bytes input, Version version, bool flexible)
      : at_(input.data()),
        end_(input.data() + input.size()),
        budget_(input.size() * budget_per_byte + budget_allowance),
        version_(version),
        flexible_(flexible) {}

  bool ok() const { return ok_; }
  bool done() const { return ok_ && at_ == end_; }
  std::size_t remaining() const { return static_cast<std::size_t>(end_ - at_); }
  Bytes rest() const { return {at_, remaining()}; }

  template <Struct T>
  void read(T& message) {
    T::walk(message, *this);
    if (flexible_) read_tags(message);
  }

  void operator()(auto& field, Versions present = always, Nullable null = {}) {
    if (present.has(version_)) read_field(field, null.in.has(version_));
  }

  // Tagged fields stand behind the others; here one only forgets what an earlier message left.
  template <class T>
  void tag(std::uint32_t, T& field, Versions, const T& absent = {}) {
    field = absent;
  }

  template <std::integral T>
  T read_number() {
    if (remaining() < sizeof(T)) return fail<T>();
    const T value = load_big<T>(at_);
    at_ += sizeof(T);
    return value;
  }
  std::uint32_t read_unsigned_varint();
  Bytes read_exactly(std::size_t size);
  // Skips the tagged fields of a struct whose tags we do not use, like a header's.
  void skip_tags();

 private:
  template <class Message>
  class TagReader;

  template <class T>
  T fail() {
    ok_ = false;
    at_ = end_;
    return T{};
  }
  void fail() { fail<int>(); }

  // -1 is null; anything else has been checked against what remains.
  std::int64_t read_length(std::int64_t length);
  std::int64_t read_text_length();
  std::int64_t read_blob_length();

  template <class T>
  void read_field(T& field, bool may_be_null);
  template <class T>
  void read_sized(T& field, std::int64_t size);
  template <class T>
  void read_elements(std::vector<T>& field, std::int64_t count);
  template <class T>
  std::int64_t length_of() {
    return Text<T> ? read_text_length() : read_blob_length();
  }
  template <class Message>
  void read_tags(Message& message);

  const std::byte* at_;
  const std::byte* end_;
  std::size_t budget_;
  Version version_;
  bool flexible_;
  bool ok_ = true;
};

// Walks a message again to find the field that belongs to one tag.
template <class Message>
class Reader::TagReader {
 public:
  TagReader(Reader& reader, std::uint32_t wanted) : reader_(reader), wanted_(wanted) {}

  void operator()(auto&&...) {}
  template <class T>
  void tag(std::uint32_t number, T& field, Versions present, const T& = {}) {
    if (number != wanted_ || !present.has(reader_.version_)) return;
    found_ = true;
    reader_.read_field(field, IsOptional<T>::value);
  }
  bool found() const { return found_; }

 private:
  Reader& reader_;
  std::uint32_t wanted_;
  bool found_ = false;
};

template <class T>
void Reader::read_field(T& field, bool may_be_null) {
  if constexpr (std::same_as<T, bool>) {
    field = read_number<std::int8_t>() != 0;
  } else if constexpr (std::is_enum_v<T>) {
    field = static_cast<T>(read_number<std::underlying_type_t<T>>());
  } else if constexpr (std::integral<T>) {
    field = read_number<T>();
  } else if constexpr (std::same_as<T, double>) {
    field = std::bit_cast<double>(read_number<std::uint64_t>());
  } else if constexpr (Wrapped<T>) {
    field.value = read_number<typename T::Rep>();
  } else if constexpr (std::same_as<T, Uuid>) {
    const Bytes bytes = read_exactly(field.bytes.size());
    if (ok_) std::copy(bytes.begin(), bytes.end(), field.bytes.begin());
  } else if constexpr (std::same_as<T, RecordSlices>) {
    std::optional<Bytes> records;
    read_field(records, true);
    field.slices.clear();
    if (records) field.slices.push_back({.size = records->size(), .memory = records->data()});
  } else if constexpr (Optional<T>) {
    using Inner = typename T::value_type;
    if constexpr (Struct<Inner>) {
      const auto presence = read_number<std::int8_t>();
      if (presence < 0) return field.reset();
      read(field.emplace());
    } else {
      const auto size = length_of<Inner>();
      if (!ok_) return;
      if (size < 0) return may_be_null ? field.reset() : fail();
      if (!field) field.emplace();
      read_sized(*field, size);
    }
  } else if constexpr (Struct<T>) {
    read(field);
  } else {
    const auto size = length_of<T>();
    if (!ok_) return;
    if (size < 0) return fail();
    read_sized(field, size);
  }
}

template <class T>
void Reader::read_sized(T& field, std::int64_t size) {
  if constexpr (Array<T>) {
    read_elements(field, size);
  } else {
    const Bytes bytes = read_exactly(static_cast<std::size_t>(size));
    if (!ok_) return;
    if constexpr (Text<T>) {
      field = as_text(bytes);
    } else if constexpr (std::same_as<T, Bytes>) {
      field = bytes;
    } else {
      field.assign(bytes.begin(), bytes.end());
    }
  }
}

template <class T>
void Reader::read_elements(std::vector<T>& field, std::int64_t count) {
  const auto cost = static_cast<std::size_t>(count) * sizeof(T);
  if (cost > budget_) return fail();
  budget_ -= cost;
  field.resize(static_cast<std::size_t>(count));  // keeps what an earlier message reserved
  for (T& element : field) {
    if (!ok_) return;
    read_field(element, false);
  }
}

template <class Message>
void Reader::read_tags(Message& message) {
  const std::uint32_t count = read_unsigned_varint();
  std::uint32_t unknown = 0;
  std::int64_t previous = -1;
  for (std::uint32_t i = 0; i < count && ok_; ++i) {
    const std::uint32_t number = read_unsigned_varint();
    const std::uint32_t size = read_unsigned_varint();
    if (!ok_ || number <= previous || size > remaining()) return fail();
    previous = number;
    const std::byte* const next = at_ + size;
    TagReader<Message> tags(*this, number);
    const std::byte* const message_end = std::exchange(end_, next);
    Message::walk(message, tags);
    if (tags.found()) {
      if (!ok_ || at_ != next) ok_ = false;
    } else if (++unknown > max_unknown_tags || size > max_unknown_tag_size) {
      ok_ = false;
    }
    end_ = message_end;
    at_ = ok_ ? next : end_;
  }
}

}  // namespace odradek::wire
