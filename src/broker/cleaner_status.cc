// SPDX-License-Identifier: Apache-2.0
#include "broker/cleaner_status.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <string_view>

namespace odradek::broker {
namespace {

bool is_uncleanable(const CleanerStatus::Log& log) {
  return log.last && log.last->is_uncleanable();
}

std::string_view state_of(const CleanerStatus::Log& log) {
  if (log.now) return "compacting";
  if (is_uncleanable(log)) return "uncleanable";
  return log.last && log.last->failure ? "waiting" : "compacted";
}

std::string utc(Timestamp time) {
  return fmt::format("{:%FT%TZ}", fmt::gmtime(static_cast<std::time_t>(time.value / 1000)));
}

std::string line(const CleanerStatus::Key& key, const CleanerStatus::Log& log) {
  std::string text = fmt::format("partition={} node={} state={} rounds={} failures={}", key.second,
                                 key.first.value, state_of(log), log.rounds, log.failures);
  if (log.now) {
    text += fmt::format(" began={} bytes_read={} bytes_to_read={}", utc(log.now->began),
                        log.now->bytes_read, log.now->bytes_to_read);
  }
  if (log.last) text += " ended=" + utc(log.last->ended) + " " + to_text(*log.last);
  if (log.last && log.last->failure)
    text += fmt::format(" reason=\"{}\"", log.last->failure->context);
  return text + "\n";
}

}  // namespace

void CleanerStatus::note(const Key& log, const CompactionProgress& progress) {
  const std::lock_guard lock(mutex_);
  logs_[log].now = progress;
}

void CleanerStatus::note(const Key& log, const CompactionReport& report) {
  const std::lock_guard lock(mutex_);
  Log& noted = logs_[log];
  ++(report.failure ? noted.failures : noted.rounds);
  noted.now.reset();
  noted.last = report;
}

void CleanerStatus::forget(const Key& log) {
  const std::lock_guard lock(mutex_);
  logs_.erase(log);
}

CleanerStatus::Logs CleanerStatus::logs() const {
  const std::lock_guard lock(mutex_);
  return logs_;
}

std::string to_text(const CleanerStatus::Logs& logs) {
  std::string failed;
  std::string others;
  for (const auto& [key, log] : logs) (is_uncleanable(log) ? failed : others) += line(key, log);
  return failed + others;
}

}  // namespace odradek::broker
