// SPDX-License-Identifier: Apache-2.0
#include "broker/partition.h"

#include "broker/fetch_wait.h"

#include <spdlog/spdlog.h>

namespace odradek::broker {

Partition::Partition(const Shared& shared, meta::TopicPtr topic, PartitionId id,
                     std::shared_ptr<const log::LogConfig> config)
    : shared_(shared), topic_(std::move(topic)), id_(id), config_(std::move(config)) {}

Result<log::PartitionLog*> Partition::log() {
  if (!log_ && !failed_) {
    if (auto opened = open(); !opened) {
      failed_ = std::move(opened).error();
      spdlog::error("partition is offline partition={} reason=\"{}\"", folder(), failed_->context);
    }
  }
  if (failed_) return failed_->fault == Fault::corrupt ? *failed_ : *std::exchange(failed_, {});
  return log_.get();
}

Result<> Partition::open() {
  const std::string name = folder();
  TRY(std::string path, shared_.directory.prepare(name, topic_->id));
  const log::PartitionLog::Place place{shared_.files, shared_.cache, std::move(path),
                                       shared_.directory.recovery_point(name),
                                       shared_.directory.log_start_offset(name)};
  log::PartitionLog::Recovery recovery;
  TRY(log_, log::PartitionLog::open(place, recovery));
  log_->begin_epoch(leader_epoch());
  if (recovery.bytes_cut > 0) {
    spdlog::warn("cut a torn end off a log file={} offset={} bytes={}", recovery.cut_file,
                 recovery.cut_offset.value, recovery.bytes_cut);
  }
  return {};
}

void Partition::update(meta::TopicPtr topic, std::shared_ptr<const log::LogConfig> config) {
  topic_ = std::move(topic);
  config_ = std::move(config);
}

void Partition::wake(std::size_t bytes) {
  // A waiter may unlink any of its hooks, this one included, only later, when it answers.
  for (FetchHook& hook : waiters_) hook.wait->appended(bytes);
}

Result<std::int64_t> Partition::size_on_disk() {
  if (log_) return log_->size();
  const std::string path = shared_.directory.path() + "/" + folder();
  const auto names = shared_.files.list(path);
  if (!names && names.error().fault == Fault::not_found) return 0;  // never used
  if (!names) return names.error();
  std::int64_t total = 0;
  for (const std::string& name : *names) {
    if (!name.ends_with(".log")) continue;
    TRY(const auto file, shared_.files.open(path + "/" + name, log::FileSystem::Open::read_only));
    TRY(const std::int64_t size, file->size());
    total += size;
  }
  return total;
}

Result<> Partition::close() {
  if (!log_) return {};
  TRY(log_->close());
  shared_.directory.set_recovery_point(folder(), log_->recovery_point());
  return {};
}

}  // namespace odradek::broker
