// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstring>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace odradek {

// 16 bytes that name a topic, a cluster or a directory. All zero stands for "none".
struct Uuid {
  std::array<std::byte, 16> bytes{};

  friend auto operator<=>(const Uuid&, const Uuid&) = default;
  bool is_zero() const { return *this == Uuid{}; }

  // A random (version 4) id from the kernel, never one of Kafka's two reserved values and never
  // one whose text begins with a dash, which command lines would take for an option.
  static Uuid random();

  // Kafka writes ids as 22 characters of unpadded, URL-safe base64.
  std::string to_string() const;
  static std::optional<Uuid> parse(std::string_view text);
  // And where it makes up names, as Java's UUID: 8-4-4-4-12 hexadecimal digits.
  std::string to_hex() const;
};

}  // namespace odradek

template <>
struct std::hash<odradek::Uuid> {
  std::size_t operator()(const odradek::Uuid& id) const noexcept {
    std::size_t random_bits;
    std::memcpy(&random_bits, id.bytes.data(), sizeof random_bits);
    return random_bits;
  }
};
