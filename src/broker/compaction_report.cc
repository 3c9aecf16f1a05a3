// SPDX-License-Identifier: Apache-2.0
#include "broker/compaction_report.h"

#include <fmt/format.h>

namespace odradek::broker {

bool CompactionReport::is_uncleanable() const {
  return failure && failure->fault != Fault::not_found && !failure->is_shortage();
}

std::string to_text(const CompactionReport& report) {
  const auto& outcome = report.outcome;
  return fmt::format(
      "to={} dirty_before={:.2f} dirty_after={:.2f} bytes_before={} bytes_after={} "
      "records_before={} records_after={} keys={} map_bytes={} read={} written={} ms={}",
      outcome.compacted_to.value, report.dirty_before, report.dirty_after, outcome.bytes_before,
      outcome.bytes_after, outcome.records.records_read, outcome.records.records_kept,
      outcome.map_keys, outcome.map_bytes, outcome.bytes_read, outcome.bytes_written,
      report.took.count());
}

}  // namespace odradek::broker
