// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.h"
#include "base/ids.h"
#include "base/slice.h"
#include "base/uuid.h"

#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

// The C++ types that a message field may have, sorted by how they travel. Every codec asks these.
namespace odradek::wire {

// Records inside a response: a list of slices that the sender puts between the encoded bytes.
struct RecordSlices {
  Slices slices;
};

template <class T>
concept Number = std::integral<T> || std::is_enum_v<T>;

// Strong ids, offsets and timestamps: one number in a wrapper.
template <class T>
concept Wrapped = requires {
  typename T::Rep;
}
&&std::integral<typename T::Rep>;

template <class T>
concept Text = std::same_as<T, std::string> || std::same_as<T, std::string_view>;

// `bytes` fields: a view into the frame, or owned.
template <class T>
concept Blob = std::same_as<T, Bytes> || std::same_as<T, Buffer>;

template <class T>
struct IsArray : std::false_type {};
template <class T>
struct IsArray<std::vector<T>> : std::bool_constant<!std::same_as<T, std::byte>> {};
template <class T>
concept Array = IsArray<T>::value;

template <class T>
struct IsOptional : std::false_type {};
template <class T>
struct IsOptional<std::optional<T>> : std::true_type {};
template <class T>
concept Optional = IsOptional<T>::value;

struct AnyCodec {
  void operator()(auto&&...) {}
  void tag(auto&&...) {}
};

template <class T>
concept Struct = requires(T& message, AnyCodec codec) {
  T::walk(message, codec);
};

}  // namespace odradek::wire
