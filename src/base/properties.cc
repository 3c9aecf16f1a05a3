// SPDX-License-Identifier: Apache-2.0
#include "base/properties.h"

#include "base/text.h"

#include <charconv>

namespace odradek {
namespace {

constexpr std::string_view::size_type none = std::string_view::npos;

// The next logical line: physical ones that end in a backslash, itself not behind one, are joined.
std::string take_line(std::string_view& text) {
  std::string line;
  while (!text.empty()) {
    std::string_view part = trim(take_part(text, '\n'));
    const auto last = part.find_last_not_of('\\');
    const auto backslashes = part.size() - (last == none ? 0 : last + 1);
    const bool continues = backslashes % 2 == 1;
    if (continues) part.remove_suffix(1);
    line += part;
    if (!continues) break;
  }
  return line;
}

std::string_view::size_type find_separator(std::string_view line) {
  for (std::string_view::size_type i = 0; i < line.size(); ++i) {
    if (line[i] == '=' || line[i] == ':') return i;
    if (line[i] == '\\') ++i;
  }
  return none;
}

std::string as_utf8(std::uint16_t unit) {
  const auto byte = [](unsigned value) { return static_cast<char>(value); };
  if (unit < 0x80) return {byte(unit)};
  if (unit < 0x800) return {byte(0xc0U | unit >> 6U), byte(0x80U | (unit & 0x3fU))};
  return {byte(0xe0U | unit >> 12U), byte(0x80U | (unit >> 6U & 0x3fU)),
          byte(0x80U | (unit & 0x3fU))};
}

// What a backslash and what follows stand for; they are taken from `rest`.
std::string take_escaped(std::string_view& rest) {
  constexpr std::string_view letters = "tnrf";
  constexpr std::string_view meanings = "\t\n\r\f";
  constexpr std::size_t digits = 4;
  const char letter = rest.front();
  rest.remove_prefix(1);
  if (const auto at = letters.find(letter); at != none) return {meanings[at]};
  if (letter != 'u' || rest.size() < digits) return {letter};
  std::uint16_t unit = 0;
  const auto read = std::from_chars(rest.data(), rest.data() + digits, unit, 16);
  if (read.ptr != rest.data() + digits) return {letter};
  rest.remove_prefix(digits);
  return as_utf8(unit);
}

std::string unescaped(std::string_view rest) {
  std::string plain;
  while (!rest.empty()) {
    const auto backslash = rest.find('\\');
    plain += rest.substr(0, backslash);
    if (backslash == none || backslash + 1 == rest.size()) break;
    rest.remove_prefix(backslash + 1);
    plain += take_escaped(rest);
  }
  return plain;
}

}  // namespace

Result<std::vector<Property>> parse_properties(std::string_view text) {
  std::vector<Property> properties;
  while (!text.empty()) {
    const std::string line = take_line(text);
    if (line.empty() || line.front() == '#' || line.front() == '!') continue;
    const auto separator = find_separator(line);
    if (separator == none) {
      return Error{Fault::invalid, "line \"" + line + "\" is not key=value"};
    }
    const std::string_view view = line;
    properties.push_back(
        {unescaped(trim(view.substr(0, separator))), unescaped(trim(view.substr(separator + 1)))});
  }
  return properties;
}

}  // namespace odradek
