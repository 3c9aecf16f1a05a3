// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "wire/api.h"
#include "wire/field_types.h"

#include <cstdint>
#include <string>

namespace odradek::test {

// Gives every field of a message at one version a value of its own, other than its default; arrays
// get two elements. Text and bytes live in the filler where the message only views them.
class Filler {
 public:
  explicit Filler(wire::Version version) : version_(version) {}

  template <wire::Struct T>
  void fill(T& message) {
    T::walk(message, *this);
  }

  void operator()(auto& field, wire::Versions present = wire::always, wire::Nullable = {}) {
    if (present.has(version_)) set(field);
  }
  template <class T>
  void tag(std::uint32_t, T& field, wire::Versions present, const T& = {}) {
    if (present.has(version_)) set(field);
  }

 private:
  template <class T>
  void set(T& field) {
    if constexpr (std::same_as<T, bool>) {
      field = !field;
    } else if constexpr (std::is_enum_v<T>) {
      field = static_cast<T>(++counter_ % 100);
    } else if constexpr (std::integral<T>) {
      field = static_cast<T>(++counter_ % 100 + 5);
    } else if constexpr (wire::Wrapped<T>) {
      field.value = static_cast<typename T::Rep>(++counter_ % 100 + 5);
    } else if constexpr (std::same_as<T, double>) {
      field = ++counter_ % 100 + 0.5;
    } else if constexpr (std::same_as<T, Uuid>) {
      field.bytes.fill(static_cast<std::byte>(++counter_ % 200 + 1));
    } else if constexpr (std::same_as<T, std::string>) {
      field = "text-" + std::to_string(++counter_);
    } else if constexpr (std::same_as<T, std::string_view>) {
      field = "a view";
    } else if constexpr (std::same_as<T, Bytes>) {
      field = as_bytes("some records");
    } else if constexpr (std::same_as<T, Buffer>) {
      const Bytes bytes = as_bytes("owned bytes");
      field.assign(bytes.begin(), bytes.end());
    } else if constexpr (std::same_as<T, wire::RecordSlices>) {
      const Bytes bytes = as_bytes("sliced records");
      field.slices = {{.size = bytes.size(), .memory = bytes.data()}};
    } else if constexpr (wire::Optional<T>) {
      set(field.emplace());
    } else if constexpr (wire::Array<T>) {
      field.resize(2);
      for (auto& element : field) set(element);
    } else {
      T::walk(field, *this);
    }
  }

  wire::Version version_;
  std::uint32_t counter_ = 0;
};

}  // namespace odradek::test
