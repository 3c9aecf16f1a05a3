// SPDX-License-Identifier: Apache-2.0
#include "broker/log_retention.h"

#include "broker/log_start.h"
#include "broker/node.h"

#include <spdlog/spdlog.h>

#include <memory>

namespace odradek::broker {
namespace {

// What is known of a log that is open, its last segment above all.
std::optional<cleaner::LogInUse> in_use(const log::PartitionLog* log) {
  if (!log) return std::nullopt;
  const log::Segment& active = log->active_segment();
  return cleaner::LogInUse{{active.base_offset(), log->end(), active.size()},
                           {active.first_timestamp(), active.max_timestamp()},
                           log->high_watermark()};
}

// Whether a log still ends with this segment, all of it committed.
bool ends_with(const log::PartitionLog& log, const cleaner::StoredSegment& segment) {
  const log::Segment& active = log.active_segment();
  return active.base_offset() == segment.base && active.size() == segment.size &&
         log.high_watermark() == log.staged_end();
}

}  // namespace

LogRetention::LogRetention(Node& node) : node_(node), timer_(node.loop()) {}

void LogRetention::start() {
  begin_pass_after(std::chrono::milliseconds(*node_.options().log_initial_task_delay_ms));
}

void LogRetention::stop() {
  is_stopped_ = true;
  timer_.cancel();
}

void LogRetention::begin_pass_after(std::chrono::milliseconds delay) {
  if (is_stopped_) return;
  timer_.expires_after(delay);
  timer_.async_wait([this](const auto& cancelled) {
    if (!cancelled) begin_pass();
  });
}

void LogRetention::begin_pass() {
  node_.partitions().for_each([this](const Partition& partition) {
    const log::LogConfig& config = partition.config();
    const bool has_limits = config.retention_ms >= 0 || config.retention_bytes >= 0;
    const bool lets_go = partition.leads() && config.is_deleted && has_limits;
    if (lets_go) left_.emplace_back(partition.topic().id, partition.id());
  });
  look_at_next();
}

Partition* LogRetention::led(const Key& key) {
  Partition* const partition = node_.partitions().replica(key.first, key.second);
  return partition && partition->leads() ? partition : nullptr;
}

void LogRetention::look_at_next() {
  while (!left_.empty() && !is_stopped_) {
    const Partition* const partition = led(left_.front());
    if (partition) return look_at(*partition);
    left_.pop_front();
  }
  begin_pass_after(std::chrono::milliseconds(*node_.options().log_retention_check_interval_ms));
}

void LogRetention::look_at(const Partition& partition) {
  const log::LogConfig& config = partition.config();
  const auto expired = std::make_shared<std::optional<cleaner::Expired>>();
  cleaner::RetentionCheck check{partition.files(),
                                partition.path(),
                                {config.retention_ms, config.retention_bytes},
                                node_.now(),
                                in_use(partition.open_log())};
  const auto look = [check = std::move(check), expired]() -> Result<> {
    auto found = cleaner::find_expired(check);
    const bool was_never_used = !found && found.error().fault == Fault::not_found;
    if (was_never_used) return {};
    TRY(*expired, std::move(found));
    return {};
  };
  node_.storage_pool().run(look, [this, expired](const Result<>& looked) {
    if (is_stopped_) return;  // the logs are no longer this thread's
    const Key key = left_.front();
    left_.pop_front();
    if (!looked)
      spdlog::error("cannot look for old segments reason=\"{}\"", looked.error().context);
    if (*expired) drop(key, **expired);
    look_at_next();
  });
}

void LogRetention::drop(const Key& key, const cleaner::Expired& expired) {
  Partition* const partition = led(key);
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
  const Key key{partition.topic().id, partition.id()};
  node_.storage_pool().run(
      [&files = partition.files(), path = partition.path()] { return files.sync_directory(path); },
      [this, key, end = log->end()](const Result<>& synced) {
        Partition* const led_still = synced && !is_stopped_ ? led(key) : nullptr;
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
