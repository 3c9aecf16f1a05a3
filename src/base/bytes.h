// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

// The only file that casts between bytes and characters.
namespace odradek {

using Bytes = std::span<const std::byte>;  // a view: whoever keeps one says who owns the bytes
using Buffer = std::vector<std::byte>;     // bytes that are owned

inline std::string_view as_text(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
inline Bytes as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::byte*>(text.data()), text.size()};
}
inline const char* chars(Bytes bytes) { return reinterpret_cast<const char*>(bytes.data()); }
inline char* chars(std::span<std::byte> bytes) { return reinterpret_cast<char*>(bytes.data()); }
inline const unsigned char* octets(Bytes bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

template <std::integral T>
constexpr T swap_to_big(T value) {
  using Unsigned = std::make_unsigned_t<T>;
  const auto bits = static_cast<Unsigned>(value);
  if constexpr (sizeof(T) == 2) return static_cast<T>(__builtin_bswap16(bits));
  if constexpr (sizeof(T) == 4) return static_cast<T>(__builtin_bswap32(bits));
  if constexpr (sizeof(T) == 8) return static_cast<T>(__builtin_bswap64(bits));
  return value;
}
static_assert(std::endian::native == std::endian::little, "the byte order swaps assume it");

// Reads or writes a big-endian integer; the caller has checked that it fits.
template <std::integral T>
T load_big(const std::byte* at) {
  T value;
  std::memcpy(&value, at, sizeof value);
  return swap_to_big(value);
}
template <std::integral T>
void store_big(std::byte* at, T value) {
  value = swap_to_big(value);
  std::memcpy(at, &value, sizeof value);
}

inline Buffer copy_of(Bytes bytes) { return {bytes.begin(), bytes.end()}; }

inline void append(Buffer& to, Bytes bytes) { to.insert(to.end(), bytes.begin(), bytes.end()); }

template <std::integral T>
void append_big(Buffer& to, T value) {
  const auto at = to.size();
  to.resize(at + sizeof value);
  store_big(to.data() + at, value);
}

}  // namespace odradek
