// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.h"
#include "base/parse_number.h"

#include <cstdint>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace odradek::log {

// Kafka's text checkpoints (org.apache.kafka.server.common.CheckpointFile): a version, a count, and
// that many lines of words.
class CheckpointText {
 public:
  void add(std::initializer_list<std::int64_t> numbers);
  void add_line(const std::string& line);
  std::string encode() const;

  using Lines = std::vector<std::vector<std::string_view>>;
  // The lines, as words that point into `text`; empty where the text is damaged.
  static std::optional<Lines> decode(std::string_view text);

 private:
  std::string lines_;
  std::size_t count_ = 0;
};

// `recovery-point-offset-checkpoint` and its like: an offset for each partition directory
// ("orders-3"); in the file its two parts stand apart. The last line is one of a partition that
// cannot be, so that Kafka reads over it: its offset is the checksum of those before. Kafka's own
// files have none, and are taken as they are.
using OffsetsByDirectory = std::map<std::string, Offset, std::less<>>;
std::string encode_offsets(const OffsetsByDirectory& offsets);
std::optional<OffsetsByDirectory> decode_offsets(std::string_view text);

}  // namespace odradek::log
