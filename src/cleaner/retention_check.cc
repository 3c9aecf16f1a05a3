// SPDX-License-Identifier: Apache-2.0
#include "cleaner/retention_check.h"

namespace odradek::cleaner {

Result<std::optional<Expired>> find_expired(const RetentionCheck& check) {
  StoredLog log(check.files, check.directory, check.in_use);
  TRY(log.list());
  const auto& segments = log.segments();
  if (segments.empty()) return std::nullopt;
  if (check.rules.bytes >= 0) {
    TRY(log.find_sizes());
  }
  const auto largest = [&](std::size_t i) -> Result<Timestamp> {
    TRY(const RecordTimes times, log.times(i));
    return times.largest;
  };
  const Offset end = check.in_use ? check.in_use->high_watermark : segments.back().end;
  TRY(const std::size_t count, count_expired(segments, check.rules, end, check.now, largest));
  if (count == 0) return std::nullopt;
  const bool takes_active = count == segments.size();
  const Offset from = takes_active ? segments.back().base : segments[count].base;
  return Expired{from, segments.back(), takes_active};
}

}  // namespace odradek::cleaner
