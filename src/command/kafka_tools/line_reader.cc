// SPDX-License-Identifier: Apache-2.0
#include "command/kafka_tools/line_reader.h"

#include <fmt/format.h>

#include <utility>

namespace odradek::command::kafka_tools {

Result<LineReader> LineReader::make(const Properties& properties) {
  LineReader reader;
  reader.has_keys_ = is_true(properties, "parse.key");
  reader.has_headers_ = is_true(properties, "parse.headers");
  reader.ignores_errors_ = is_true(properties, "ignore.error");
  reader.key_separator_ = text_of(properties, "key.separator", "\t");
  reader.headers_delimiter_ = text_of(properties, "headers.delimiter", "\t");
  reader.headers_separator_ = text_of(properties, "headers.separator", ",");
  reader.header_key_separator_ = text_of(properties, "headers.key.separator", ":");
  if (const auto marker = properties.find("null.marker"); marker != properties.end()) {
    reader.null_marker_ = marker->second;
  }
  TRY(reader.check_separators());
  return reader;
}

Result<> LineReader::check_separators() const {
  using Named = std::pair<const char*, std::optional<std::string>>;
  const Named key{"key.separator", key_separator_};
  const Named delimiter{"headers.delimiter", headers_delimiter_};
  const Named separator{"headers.separator", headers_separator_};
  const Named header_key{"headers.key.separator", header_key_separator_};
  const Named marker{"null.marker", null_marker_};
  const std::pair<const Named&, const Named&> pairs[] = {
      {delimiter, separator}, {delimiter, header_key}, {separator, header_key}, {marker, key},
      {marker, separator},    {marker, delimiter},     {marker, header_key}};
  for (const auto& [one, other] : pairs) {
    if (one.second != other.second) continue;
    return Error{Fault::invalid, fmt::format("{} and {} may not be equal", one.first, other.first)};
  }
  return {};
}

// What stands before a separator; none where it is not there, and that is ignored.
Result<std::optional<std::string_view>> LineReader::take(std::string_view& rest,
                                                         const std::string& separator,
                                                         const char* name, std::string_view line,
                                                         std::int64_t number) const {
  const auto at = rest.find(separator);
  if (at != std::string_view::npos) {
    const std::string_view part = rest.substr(0, at);
    rest.remove_prefix(at + separator.size());
    return std::optional(part);
  }
  if (ignores_errors_) return std::optional<std::string_view>();
  return Error{Fault::invalid,
               fmt::format("No {} found on line number {}: '{}'", name, number, line)};
}

std::optional<std::string_view> LineReader::unless_null(std::string_view text) const {
  if (text == null_marker_) return std::nullopt;
  return text;
}

Result<> LineReader::read_headers(std::string_view text, std::int64_t number,
                                  client::ProducerRecord& record) const {
  // As Java splits: empty parts at the end are none.
  const bool has_parts = !text.empty();
  while (text.ends_with(headers_separator_)) text.remove_suffix(headers_separator_.size());
  if (has_parts && text.empty()) return {};
  do {
    const auto end = text.find(headers_separator_);
    const std::string_view pair = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view()
                                         : text.substr(end + headers_separator_.size());
    const auto at = pair.find(header_key_separator_);
    if (at == std::string_view::npos) {
      if (!ignores_errors_) {
        return Error{Fault::invalid,
                     fmt::format("No header key separator found in pair '{}' on line number {}",
                                 pair, number)};
      }
      record.headers.emplace_back(pair, std::nullopt);
      continue;
    }
    const std::string_view name = pair.substr(0, at);
    if (name == null_marker_) {
      return Error{Fault::invalid, fmt::format("Header keys should not be equal to the null marker "
                                               "'{}' as they can't be null",
                                               name)};
    }
    const auto value = unless_null(pair.substr(at + header_key_separator_.size()));
    record.headers.emplace_back(name, value ? std::optional<std::string>(*value) : std::nullopt);
  } while (!text.empty());
  return {};
}

Result<client::ProducerRecord> LineReader::read(std::string_view line, std::int64_t number) const {
  client::ProducerRecord record;
  std::string_view rest = line;
  if (has_headers_) {
    TRY(const auto headers, take(rest, headers_delimiter_, "headers delimiter", line, number));
    if (headers && unless_null(*headers)) {
      TRY(read_headers(*headers, number, record));
    }
  }
  const auto bytes_of = [&](std::string_view text) {
    const auto field = unless_null(text);
    return field ? std::optional(copy_of(as_bytes(*field))) : std::nullopt;
  };
  if (has_keys_) {
    TRY(const auto key, take(rest, key_separator_, "key separator", line, number));
    if (key) record.key = bytes_of(*key);
  }
  record.value = bytes_of(rest);
  return record;
}

}  // namespace odradek::command::kafka_tools
