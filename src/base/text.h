// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

// Taking text apart.
namespace odradek {

// Without blanks at both ends.
constexpr std::string_view trim(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\f";
  const auto first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

// The part before the next separator, or all of it; `rest` goes on behind that separator.
constexpr std::string_view take_part(std::string_view& rest, char separator) {
  const std::string_view part = rest.substr(0, rest.find(separator));
  rest.remove_prefix(std::min(rest.size(), part.size() + 1));
  return part;
}

// "a, b,,c" as {"a", "b", "c"}.
inline std::vector<std::string> split_words(std::string_view text, char separator = ',') {
  std::vector<std::string> words;
  while (!text.empty()) {
    const std::string_view word = trim(take_part(text, separator));
    if (!word.empty()) words.emplace_back(word);
  }
  return words;
}

}  // namespace odradek
