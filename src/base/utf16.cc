// SPDX-License-Identifier: Apache-2.0
#include "base/utf16.h"

#include "base/assert.h"

#include <limits>

namespace odradek {
namespace {

constexpr std::uint32_t replacement = 0xFFFD;
constexpr std::uint32_t first_supplementary = 0x10000;

// How a sequence goes on behind its first byte: how many bytes, and the range of the second one
// (table 3-7 of the Unicode standard, but a surrogate is read as a whole before it is refused). No
// length means that no sequence begins like this.
struct Lead {
  std::size_t continuations = 0;
  std::uint32_t bits = 0;
  std::uint8_t second_min = 0x80;
  std::uint8_t second_max = 0xBF;
};

Lead lead_of(std::uint8_t byte) {
  if (byte >= 0xC2 && byte <= 0xDF) return {1, byte & 0x1FU};
  if (byte == 0xE0) return {2, 0, 0xA0};
  if (byte >= 0xE1 && byte <= 0xEF) return {2, byte & 0xFU};
  if (byte == 0xF0) return {3, 0, 0x90};
  if (byte >= 0xF1 && byte <= 0xF3) return {3, byte & 7U};
  if (byte == 0xF4) return {3, 4, 0x80, 0x8F};
  return {};
}

// Takes one code point off the front; a malformed sequence becomes one replacement character for
// its longest well-formed beginning, as in Java's decoder.
std::uint32_t take_code_point(std::string_view& text) {
  const auto byte_at = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint8_t first = byte_at(0);
  if (first < 0x80) {
    text.remove_prefix(1);
    return first;
  }
  const Lead lead = lead_of(first);
  std::uint32_t code_point = lead.bits;
  std::size_t i = 1;
  for (; i <= lead.continuations && i < text.size(); ++i) {
    const std::uint8_t min = i == 1 ? lead.second_min : 0x80;
    const std::uint8_t max = i == 1 ? lead.second_max : 0xBF;
    if (byte_at(i) < min || byte_at(i) > max) break;
    code_point = code_point << 6U | (byte_at(i) & 0x3FU);
  }
  const bool is_surrogate = code_point >= 0xD800 && code_point <= 0xDFFF;
  const bool is_whole = lead.continuations > 0 && i == lead.continuations + 1 && !is_surrogate;
  text.remove_prefix(i);
  return is_whole ? code_point : replacement;
}

template <class Visit>
void for_each_unit(std::string_view text, Visit visit) {
  while (!text.empty()) {
    const std::uint32_t code_point = take_code_point(text);
    if (code_point < first_supplementary) {
      visit(code_point);
    } else {
      visit(0xD800U + ((code_point - first_supplementary) >> 10U));
      visit(0xDC00U + ((code_point - first_supplementary) & 0x3FFU));
    }
  }
}

}  // namespace

std::int32_t java_hash(std::string_view utf8) {
  std::uint32_t hash = 0;
  for_each_unit(utf8, [&](std::uint32_t unit) { hash = hash * 31 + unit; });
  return static_cast<std::int32_t>(hash);
}

std::size_t java_length(std::string_view utf8) {
  std::size_t length = 0;
  for_each_unit(utf8, [&](std::uint32_t) { ++length; });
  return length;
}

std::int32_t java_partition(std::string_view id, std::int32_t partitions) {
  ASSERT(partitions > 0);
  const std::int32_t hash = java_hash(id);
  if (hash == std::numeric_limits<std::int32_t>::min()) return 0;
  return (hash < 0 ? -hash : hash) % partitions;
}

}  // namespace odradek
