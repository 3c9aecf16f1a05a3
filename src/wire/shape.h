// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "wire/api.h"
#include "wire/field_types.h"

#include <string>

namespace odradek::wire {

// Prints the wire types of a message at one version: "str i32 [str [i32 i64]]". A `?` marks what
// may be null, `{0:i32}` a tagged field, `tags` the end of a flexible struct. The golden file and
// the comparison with Kafka's own schemas are made of these lines.
class Shape {
 public:
  Shape(Version version, bool flexible) : version_(version), flexible_(flexible) {}

  template <Struct T>
  static std::string of(Version version, bool flexible) {
    Shape shape(version, flexible);
    shape.add_struct<T>();
    return shape.text_;
  }

  template <class T>
  void operator()(const T&, Versions present = always, Nullable null = {}) {
    if (present.has(version_)) add<T>(null.in.has(version_));
  }
  template <class T>
  void tag(std::uint32_t number, const T&, Versions present, const T& = {}) {
    if (!present.has(version_) || !flexible_) return;
    word("{" + std::to_string(number) + ":");
    add<T>(IsOptional<T>::value);
    text_ += "}";
  }

 private:
  void word(const std::string& next) {
    if (!text_.empty() && text_.back() != '[' && text_.back() != ':' && text_.back() != '(') {
      text_ += ' ';
    }
    text_ += next;
  }

  template <class T>
  void add_struct() {
    const T empty{};
    T::walk(empty, *this);
    if (flexible_) word("tags");
  }

  template <class T>
  void add(bool may_be_null) {
    if constexpr (std::same_as<T, bool>) {
      word("bool");
    } else if constexpr (Wrapped<T>) {
      word("i" + std::to_string(8 * sizeof(typename T::Rep)));
    } else if constexpr (std::integral<T> || std::is_enum_v<T>) {
      word("i" + std::to_string(8 * sizeof(T)));
    } else if constexpr (std::same_as<T, double>) {
      word("f64");
    } else if constexpr (std::same_as<T, Uuid>) {
      word("uuid");
    } else if constexpr (Text<T>) {
      word("str");
    } else if constexpr (std::same_as<T, RecordSlices>) {
      word("bytes?");
    } else if constexpr (Blob<T>) {
      word("bytes");
    } else if constexpr (Optional<T>) {
      add<typename T::value_type>(false);
      if (may_be_null) text_ += '?';
    } else if constexpr (Array<T>) {
      word("[");
      add<typename T::value_type>(false);
      text_ += ']';
    } else {
      const bool nested = !text_.empty() && text_.back() != '[';
      if (nested) word("(");
      add_struct<T>();
      if (nested) text_ += ')';
    }
  }

  Version version_;
  bool flexible_;
  std::string text_;
};

}  // namespace odradek::wire
