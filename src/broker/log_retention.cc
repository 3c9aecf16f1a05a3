// SPDX-License-Identifier: Apache-2.0
#include "broker/log_retention.h"

#include "broker/log_start.h"
#include "broker/node.h"

#include <spdlog/spdlog.h>

#include <utility>

namespace odradek::broker {
namespace {

// Whether a log still ends with this segment, all of it committed.
bool ends_with(const log::PartitionLog& log, const cleaner::StoredSegment& segment) {
  const log::Segment& active = log.active_segment();
  return active.base_offset() == segment.base && active.size() == segment.size &&
         log.high_watermark() == log.staged_end();
}

}  // namespace

LogRetention::LogRetention(Node& node) : node_(node), timer_(node.loop()), logs_(node) {}

void LogRetention::start() {
  begin_pass_after(std::chrono::milliseconds(*node_.options().log_initial_task_delay_ms));
}

void LogRetention::stop() {
  logs_.stop();
  timer_.cancel();
}

void LogRetention::begin_pass_after(std::chrono::milliseconds delay) {
  if (logs_.is_stopped()) return;
  timer_.expires_after(delay);
  timer_.async_wait([this](const auto& cancelled) {
    if (!cancelled) begin_pass();
  });
}

void LogRetention::begin_pass() {
  logs_.gather([](const Partition& partition) {
    const log::LogConfig& config = partition.config();
    const bool has_limits = config.retention_ms >= 0 || config.retention_bytes >= 0;
    return config.is_deleted && has_limits;
  });
  look_at_next();
}

void LogRetention::look_at_next() {
  const Partition* const partition = logs_.next();
  if (!partition) {
    const std::chrono::milliseconds interval(*node_.options().log_retention_check_interval_ms);
    return begin_pass_after(interval);
  }
  const log::LogConfig& config = partition->config();
  cleaner::RetentionCheck check{partition->files(),
                                partition->path(),
                                {config.retention_ms, config.retention_bytes},
                                node_.now(),
                                LedLogs::in_use(*partition)};
  const auto then = [this](const LedLogs::Key& key, std::optional<cleaner::Expired> expired) {
    if (expired) drop(key, *expired);
    look_at_next();
  };
  logs_.look<cleaner::Expired>([check = std::move(check)] { return cleaner::find_expired(check); },
                               then);
}

void LogRetention::drop(const LedLogs::Key& key, const cleaner::Expired& expired) {
  Partition* const partition = logs_.find(key);
  if (!partition) return;
  const Node::Turn turn(node_);
  const auto dropped =
      expired.takes_active ? seal(*partition, expired) : advance(*partition, expired.from);
  node_.commit();
  if (dropped) return;
  spdlog::error("cannot remove old segments partition={} reason=\"{}\"", partition->folder(),
                dropped.error().context);
}

// All records go: the log goes on in a new segment, whose name has to be on the disk before.
Result<> LogRetention::seal(Partition& partition, const cleaner::Expired& expired) {
  TRY(log::PartitionLog* const log, partition.log());
  if (!ends_with(*log, expired.active)) return advance(partition, expired.from);
  TRY(log->seal(node_.now()));
  node_.staged(partition);
  node_.storage_pool().run(
      [&files = partition.files(), path = partition.path()] { return files.sync_directory(path); },
      [this, key = LedLogs::key_of(partition), end = log->end()](const Result<>& synced) {
        Partition* const led_still = synced && !logs_.is_stopped() ? logs_.find(key) : nullptr;
        if (!led_still) return;
        const Node::Turn turn(node_);
        (void)advance(*led_still, end);
        node_.commit();
      });
  return {};
}

Result<> LogRetention::advance(Partition& partition, Offset start) {
  TRY(log::PartitionLog* const log, partition.log());
  const bool is_news = start > log->log_start_offset() && start <= log->high_watermark();
  if (!is_news) return {};
  const Offset before = log->log_start_offset();
  TRY(advance_log_start(node_, partition, *log, start));
  spdlog::info("removed old segments partition={} from={} to={}", partition.folder(), before.value,
               start.value);
  node_.save_log_start_offsets([](const Result<>& saved) {
    if (saved) return;
    spdlog::error("cannot write log start offsets reason=\"{}\"", saved.error().context);
  });
  return {};
}

}  // namespace odradek::broker
