// SPDX-License-Identifier: Apache-2.0
#include "broker/led_logs.h"

#include "broker/node.h"

#include <spdlog/spdlog.h>

namespace odradek::broker {

LedLogs::Key LedLogs::key_of(const Partition& partition) {
  return {partition.topic().id, partition.id()};
}

std::optional<cleaner::LogInUse> LedLogs::in_use(const Partition& partition) {
  const log::PartitionLog* const log = partition.open_log();
  if (!log) return std::nullopt;
  const log::Segment& active = log->active_segment();
  return cleaner::LogInUse{{active.base_offset(), log->end(), active.size()},
                           {active.first_timestamp(), active.max_timestamp()},
                           log->high_watermark()};
}

void LedLogs::gather(const std::function<bool(const Partition&)>& is_wanted) {
  node_.partitions().for_each([&](const Partition& partition) {
    if (partition.leads() && is_wanted(partition)) left_.push_back(key_of(partition));
  });
}

Partition* LedLogs::find(const Key& key) const {
  Partition* const partition = node_.partitions().replica(key.first, key.second);
  return partition && partition->leads() ? partition : nullptr;
}

Partition* LedLogs::next() {
  while (!left_.empty() && !is_stopped_) {
    if (Partition* const partition = find(left_.front())) return partition;
    left_.pop_front();
  }
  return nullptr;
}

void LedLogs::run(std::function<Result<>()> look, std::function<void(const Key&)> then) {
  const Key key = left_.front();
  left_.pop_front();
  node_.storage_pool().run(std::move(look), [this, key, folder = find(key)->folder(),
                                             then = std::move(then)](const Result<>& looked) {
    if (is_stopped_) return;
    const bool has_failed = !looked && looked.error().fault != Fault::not_found;
    if (has_failed) {
      spdlog::error("cannot look through a log partition={} reason=\"{}\"", folder,
                    looked.error().context);
    }
    then(key);
  });
}

}  // namespace odradek::broker
