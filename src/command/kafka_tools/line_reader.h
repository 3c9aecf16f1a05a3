// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "client/producer.h"
#include "command/kafka_tools/tool_options.h"

#include <optional>
#include <string>
#include <string_view>

namespace odradek::command::kafka_tools {

// Records out of lines, by properties: parse.key, key.separator, parse.headers, headers.delimiter,
// headers.separator, headers.key.separator, ignore.error, null.marker. Kafka: LineMessageReader.
class LineReader {
 public:
  // Fault::invalid where two separators are the same.
  static Result<LineReader> make(const Properties& properties);

  // Fault::invalid names the line, which has this number, and what is missing in it.
  Result<client::ProducerRecord> read(std::string_view line, std::int64_t number) const;

 private:
  LineReader() = default;

  Result<> check_separators() const;
  Result<std::optional<std::string_view>> take(std::string_view& rest, const std::string& separator,
                                               const char* name, std::string_view line,
                                               std::int64_t number) const;
  Result<> read_headers(std::string_view text, std::int64_t number,
                        client::ProducerRecord& record) const;
  std::optional<std::string_view> unless_null(std::string_view text) const;

  bool has_keys_ = false;
  bool has_headers_ = false;
  bool ignores_errors_ = false;
  std::string key_separator_;
  std::string headers_delimiter_;
  std::string headers_separator_;
  std::string header_key_separator_;
  std::optional<std::string> null_marker_;
};

}  // namespace odradek::command::kafka_tools
