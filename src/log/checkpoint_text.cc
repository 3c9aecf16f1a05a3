// SPDX-License-Identifier: Apache-2.0
#include "log/checkpoint_text.h"

#include "base/bytes.h"
#include "base/crc32c.h"

#include <fmt/format.h>

namespace odradek::log {
namespace {

constexpr std::string_view format_version = "0";
constexpr std::string_view checksum_directory = "#crc32c-0";

std::int64_t checksum_of(const OffsetsByDirectory& offsets) {
  std::string text;
  for (const auto& [directory, offset] : offsets) {
    text += directory + ' ' + std::to_string(offset.value) + '\n';
  }
  return crc32c(as_bytes(text));
}

std::string_view take_line(std::string_view& text) {
  const auto end = text.find('\n');
  const std::string_view line = text.substr(0, end);
  text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
  return line;
}

std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  while (!line.empty()) {
    const auto end = line.find(' ');
    if (end != 0) words.push_back(line.substr(0, end));
    line = end == std::string_view::npos ? std::string_view{} : line.substr(end + 1);
  }
  return words;
}

}  // namespace

void CheckpointText::add(std::initializer_list<std::int64_t> numbers) {
  std::string line;
  for (const std::int64_t number : numbers) {
    if (!line.empty()) line += ' ';
    line += std::to_string(number);
  }
  add_line(line);
}

void CheckpointText::add_line(const std::string& line) {
  lines_ += line;
  lines_ += '\n';
  ++count_;
}

std::string CheckpointText::encode() const {
  return std::string(format_version) + '\n' + std::to_string(count_) + '\n' + lines_;
}

std::optional<CheckpointText::Lines> CheckpointText::decode(std::string_view text) {
  if (take_line(text) != format_version) return std::nullopt;
  const auto count = parse_number<std::size_t>(take_line(text));
  if (!count) return std::nullopt;
  Lines lines;
  while (!text.empty()) lines.push_back(words_of(take_line(text)));
  if (lines.size() != *count) return std::nullopt;
  return lines;
}

std::string encode_offsets(const OffsetsByDirectory& offsets) {
  CheckpointText text;
  const auto add = [&](std::string_view directory, std::int64_t value) {
    const auto dash = directory.rfind('-');
    text.add_line(
        fmt::format("{} {} {}", directory.substr(0, dash), directory.substr(dash + 1), value));
  };
  for (const auto& [directory, offset] : offsets) add(directory, offset.value);
  add(checksum_directory, checksum_of(offsets));
  return text.encode();
}

std::optional<OffsetsByDirectory> decode_offsets(std::string_view text) {
  const auto lines = CheckpointText::decode(text);
  if (!lines) return std::nullopt;
  OffsetsByDirectory offsets;
  for (const auto& words : *lines) {
    if (words.size() != 3) return std::nullopt;
    const auto offset = parse_number<std::int64_t>(words[2]);
    if (!offset) return std::nullopt;
    offsets[std::string(words[0]) + '-' + std::string(words[1])] = {*offset};
  }
  const auto checksum = offsets.find(checksum_directory);
  if (checksum == offsets.end()) return offsets;
  const std::int64_t expected = checksum->second.value;
  offsets.erase(checksum);
  if (checksum_of(offsets) != expected) return std::nullopt;
  return offsets;
}

}  // namespace odradek::log
