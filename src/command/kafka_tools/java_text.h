// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <string>
#include <string_view>

namespace odradek::command::kafka_tools {

// A float or double as Java writes it: "1000.0", "1.0E7".
template <class Number>
std::string java_text(Number value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value < 0 ? "-Infinity" : "Infinity";
  const Number size = std::abs(value);
  const bool is_plain = value == 0 || (size >= Number(1e-3) && size < Number(1e7));
  std::array<char, 64> buffer{};
  const auto end =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), value,
                    is_plain ? std::chars_format::fixed : std::chars_format::scientific);
  const std::string_view text(buffer.data(), static_cast<std::size_t>(end.ptr - buffer.data()));
  const auto letter = text.find('e');
  std::string number(text.substr(0, letter));
  if (number.find('.') == std::string::npos) number += ".0";
  if (letter == std::string_view::npos) return number;
  const std::string_view exponent = text.substr(letter + 1);
  number += exponent.starts_with('-') ? "E-" : "E";
  return number.append(
      exponent.substr(std::min(exponent.find_first_not_of("+-0"), exponent.size())));
}

}  // namespace odradek::command::kafka_tools
