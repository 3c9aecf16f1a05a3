// SPDX-License-Identifier: Apache-2.0
#include "broker/log_cleaner.h"

#include "broker/compaction_round.h"
#include "broker/node.h"

#include <spdlog/spdlog.h>

#include <limits>
#include <tuple>

namespace odradek::broker {
namespace {

using cleaner::CompactionCheck;
using cleaner::CompactionNeed;
using std::chrono::milliseconds;

constexpr Offset no_end{std::numeric_limits<std::int64_t>::max()};

bool is_better(const cleaner::Cleanable& one, const cleaner::Cleanable& other) {
  return std::pair(one.is_overdue, one.ratio()) > std::pair(other.is_overdue, other.ratio());
}

constexpr auto time_between_words = std::chrono::seconds(10);  // of a long round

}  // namespace

LogCleaner::LogCleaner(Node& node) : node_(node), timer_(node.loop()), logs_(node) {}

void LogCleaner::start() {
  if (*node_.options().log_cleaner_enable) look_after_a_while();
}

void LogCleaner::stop() {
  logs_.stop();
  timer_.cancel();
}

void LogCleaner::look_after_a_while() {
  look_after(milliseconds(*node_.options().log_cleaner_backoff_ms));
}

void LogCleaner::look_after(milliseconds delay) {
  if (logs_.is_stopped()) return;
  timer_.expires_after(delay);
  timer_.async_wait([this](const auto& cancelled) {
    if (!cancelled) look_at_all();
  });
}

void LogCleaner::look_at_all() {
  forget_what_is_gone();
  logs_.gather([this](const Partition& partition) {
    return partition.config().is_compacted && !is_quiet(partition);
  });
  look_at_next();
}

LogCleaner::Seen LogCleaner::see(const Partition& partition) {
  const log::LogConfig& config = partition.config();
  const log::PartitionLog* const log = partition.open_log();
  return {log ? log->active_segment().base_offset() : no_end,
          log ? log->last_stable_offset() : no_end,
          {config.min_cleanable_dirty_ratio, config.min_compaction_lag_ms,
           config.max_compaction_lag_ms}};
}

// A log that did not change needs no round, unless records become old enough for one.
bool LogCleaner::is_quiet(const Partition& partition) const {
  const LedLogs::Key key = LedLogs::key_of(partition);
  const auto told = told_.find(key);
  if (told != told_.end() && told->second.is_uncleanable) return true;
  const auto seen = quiet_.find(key);
  const Seen now = see(partition);
  return seen != quiet_.end() && !now.rules.has_ages() && seen->second == now;
}

void LogCleaner::forget_what_is_gone() {
  std::erase_if(quiet_, [this](const auto& each) { return !logs_.find(each.first); });
  std::erase_if(told_, [this](const auto& each) {
    const bool is_gone = !logs_.find(each.first);
    if (is_gone) node_.cleaner_status().forget({node_.id(), each.second.folder});
    return is_gone;
  });
}

void LogCleaner::look_at_next() {
  const Partition* const partition = logs_.next();
  if (!partition) return compact_best();
  const Seen seen = see(*partition);
  CompactionCheck check{partition->files(),
                        partition->path(),
                        seen.rules,
                        node_.directory().compacted_to(partition->folder()),
                        seen.last_stable,
                        node_.now(),
                        LedLogs::in_use(*partition)};
  const auto then = [this, seen](const LedLogs::Key& key, std::optional<CompactionNeed> need) {
    if (!need) quiet_[key] = seen;
    const bool is_best = need && (!best_ || is_better(need->cleanable, best_->second.cleanable));
    if (is_best) best_ = {key, std::move(*need)};
    look_at_next();
  };
  logs_.look<CompactionNeed>([check = std::move(check)] { return cleaner::find_cleanable(check); },
                             then);
}

void LogCleaner::compact_best() {
  auto best = std::exchange(best_, {});
  if (!best || !compact(std::move(*best))) look_after_a_while();
}

bool LogCleaner::compact(Need need) {
  auto& [key, what] = need;
  Partition* const partition = logs_.find(key);
  if (!partition) return false;
  const auto round = CompactionRound::begin(node_, logs_, *partition, std::move(what));
  if (!round) {
    spdlog::error("cannot compact partition={} reason=\"{}\"", partition->folder(),
                  round.error().context);
  }
  if (!round || !*round) return false;
  told_[key].folder = partition->folder();
  logged_ = Clock::now();
  (*round)->run([this, key = key](const CompactionProgress& progress) { note(key, progress); },
                [this, key = key](const CompactionReport& report) {
                  note(key, report);
                  // Others may have waited for it, but what failed for a moment is not tried at
                  // once.
                  report.failure ? look_after_a_while() : look_after({});
                });
  return true;
}

void LogCleaner::note(const LedLogs::Key& key, const CompactionProgress& progress) {
  const std::string& folder = told_.at(key).folder;
  node_.cleaner_status().note({node_.id(), folder}, progress);
  if (Clock::now() - logged_ < time_between_words) return;
  logged_ = Clock::now();
  spdlog::info("compacting partition={} read={} of={}", folder, progress.bytes_read,
               progress.bytes_to_read);
}

void LogCleaner::note(const LedLogs::Key& key, const CompactionReport& report) {
  Told& told = told_.at(key);
  told.is_uncleanable = report.is_uncleanable();
  node_.cleaner_status().note({node_.id(), told.folder}, report);
  if (!report.failure) {
    spdlog::info("compacted partition={} {}", told.folder, to_text(report));
  } else if (told.is_uncleanable) {
    spdlog::error("cannot compact, until the next start partition={} reason=\"{}\"", told.folder,
                  report.failure->context);
  } else {
    spdlog::warn("cannot compact now partition={} reason=\"{}\"", told.folder,
                 report.failure->context);
  }
}

}  // namespace odradek::broker
