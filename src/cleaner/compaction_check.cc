// SPDX-License-Identifier: Apache-2.0
#include "cleaner/compaction_check.h"

#include "log/segment.h"

#include <algorithm>

namespace odradek::cleaner {
namespace {

// Only where ages count are they looked for.
Result<std::vector<TimedSegment>> with_times(const StoredLog& log, const CompactionRules& rules) {
  std::vector<TimedSegment> timed;
  for (std::size_t i = 0; i < log.segments().size(); ++i) {
    timed.push_back({log.segments()[i], {}});
    if (!rules.has_ages()) continue;
    TRY(timed.back().times, log.times(i));
  }
  return timed;
}

Result<std::vector<log::AbortedEntry>> aborted_in(const CompactionCheck& check) {
  std::vector<log::AbortedEntry> aborted;
  TRY(const auto names, check.files.list(check.directory));
  for (const std::string& name : names) {
    const auto base = log::offset_in_file_name(name, ".txnindex");
    if (!base) continue;
    log::Segment segment(check.files, check.directory + "/" + log::offset_in_file_name(*base),
                         *base);
    TRY(segment.reload_aborted());
    aborted.insert(aborted.end(), segment.aborted().begin(), segment.aborted().end());
  }
  return aborted;
}

}  // namespace

Result<std::optional<CompactionNeed>> find_cleanable(const CompactionCheck& check) {
  StoredLog log(check.files, check.directory, check.in_use);
  TRY(log.list());
  if (log.segments().size() < 2) return std::nullopt;  // the last one stays as it is
  TRY(log.find_sizes());
  TRY(const auto timed, with_times(log, check.rules));
  const auto cleanable =
      plan_compaction(timed, check.rules, check.compacted_to, check.last_stable, check.now);
  if (!cleanable) return std::nullopt;
  CompactionNeed need{.cleanable = *cleanable};
  const auto is_before = [&](const StoredSegment& each) { return each.base < cleanable->end; };
  std::copy_if(log.segments().begin(), log.segments().end(), std::back_inserter(need.segments),
               is_before);
  TRY(need.aborted, aborted_in(check));
  return need;
}

}  // namespace odradek::cleaner
