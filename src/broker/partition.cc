// SPDX-License-Identifier: Apache-2.0
#include "broker/partition.h"

#include "base/assert.h"
#include "broker/fetch_wait.h"
#include "broker/log_recovery.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <limits>

namespace odradek::broker {

Partition::Partition(const Shared& shared, meta::TopicPtr topic, PartitionId id,
                     std::shared_ptr<const log::LogConfig> config, Role role)
    : shared_(shared), topic_(std::move(topic)), id_(id), config_(std::move(config)), role_(role) {}

Result<log::PartitionLog*> Partition::log() {
  ASSERT(leads());
  if (!log_ && !failed_) {
    if (auto opened = open(); !opened) {
      // The node that led a deleted topic of this name has not heard of that yet.
      if (opened.error().fault == Fault::in_use) return opened.error();
      failed_ = std::move(opened).error();
      spdlog::error("partition is offline partition={} reason=\"{}\"", folder(), failed_->context);
    }
  }
  if (failed_) return failed_->fault == Fault::corrupt ? *failed_ : *std::exchange(failed_, {});
  return log_.get();
}

Result<> Partition::open() {
  const std::string name = folder();
  TRY(const auto prepared, shared_.directory.prepare(name, topic_->id));
  const log::PartitionLog::Place place{shared_.files, shared_.cache, prepared.path,
                                       shared_.directory.checkpoint(name), prepared.sync};
  log::PartitionLog::Recovery recovery;
  TRY(log_, log::PartitionLog::open(place, recovery));
  log_->begin_epoch(leader_epoch());
  warn_of_cut(recovery);
  return {};
}

void Partition::expect_log() {
  ASSERT(role_ == Role::follower);
  role_ = Role::leader_without_log;
  follower_log_.reset();
}

void Partition::accept(std::unique_ptr<log::PartitionLog> log) {
  ASSERT(role_ == Role::leader_without_log);
  role_ = Role::leader;
  accepted_at_ = Clock::now();
  failed_.reset();
  log_ = std::move(log);
  const auto early = std::exchange(early_syncs_, {});
  if (!log_) return;  // nobody had opened it
  log_->adopt(shared_.cache);
  log_->begin_epoch(leader_epoch());
  for (const SyncOutcome& outcome : early) synced(outcome);
}

bool Partition::has_just_come() const {
  constexpr std::chrono::seconds moment{1};
  return accepted_at_ && Clock::now() - *accepted_at_ < moment;
}

std::unique_ptr<log::PartitionLog> Partition::become_follower() {
  ASSERT(role_ != Role::follower);
  role_ = Role::follower;
  followers_.clear();
  if (log_) log_->release();
  return std::move(log_);
}

void Partition::synced(const SyncOutcome& outcome) {
  if (role_ == Role::leader_without_log) return early_syncs_.push_back(outcome);
  if (!log_) return;
  if (outcome.result) {
    log_->synced(outcome.sync);
    save_recovery_point();
    if (log_->may_be_opened_again()) log_.reset();
    return;
  }
  spdlog::error("cannot sync; the partition is offline partition={} reason=\"{}\"", folder(),
                outcome.result.error().context);
  log_->sync_failed(outcome.result.error());
}

Result<log::ReadableLog*> Partition::readable() {
  if (role_ == Role::follower) return follower_log_.get();
  TRY(log::PartitionLog* const log, this->log());
  return log;
}

void Partition::add_follower(NodeId follower) {
  if (std::find(followers_.begin(), followers_.end(), follower) == followers_.end()) {
    followers_.push_back(follower);
  }
}

log::FollowerLog::Progress Partition::progress() const {
  ASSERT(log_ != nullptr);
  return {log_->log_start_offset(), log_->high_watermark(), log_->last_stable_offset(),
          log_->layout()};
}

LogPosition Partition::staged_end() const {
  return {topic_->id, id_, log_ ? log_->staged_end() : Offset{0}};
}

Result<> Partition::advance(const log::FollowerLog::Progress& progress) {
  ASSERT(role_ == Role::follower);
  if (!follower_log_) follower_log_ = std::make_unique<log::FollowerLog>(shared_.files, path());
  auto advanced = follower_log_->advance(progress);
  if (!advanced) follower_log_.reset();  // half a picture is none
  return advanced;
}

void Partition::update(meta::TopicPtr topic, std::shared_ptr<const log::LogConfig> config) {
  const bool has_new_epoch =
      topic->partitions[static_cast<std::size_t>(id_.value)].leader_epoch != leader_epoch();
  topic_ = std::move(topic);
  config_ = std::move(config);
  if (!has_new_epoch) return;
  answered();
  informed_.clear();
  if (log_) log_->begin_epoch(leader_epoch());
  wake_all();  // those who believe in the epoch before are to be told
}

void Partition::wake(const log::Growth& growth) {
  // A waiter may unlink any of its hooks, this one included, only later, when it answers.
  for (FetchHook& hook : waiters_) hook.wait->appended(growth);
}

void Partition::wake_all() {
  constexpr std::size_t enough = std::numeric_limits<std::size_t>::max();
  wake({enough, enough});
}

Result<bool> Partition::was_used() {
  const auto names = shared_.files.list(path());
  if (names) return true;
  if (names.error().fault == Fault::not_found) return false;
  return names.error();
}

Result<std::int64_t> Partition::size_on_disk() {
  if (log_) return log_->size();
  const auto names = shared_.files.list(path());
  if (!names && names.error().fault == Fault::not_found) return 0;  // never used
  if (!names) return names.error();
  std::int64_t total = 0;
  for (const std::string& name : *names) {
    if (!name.ends_with(".log")) continue;
    TRY(const auto file, shared_.files.open(path() + "/" + name, log::FileSystem::Open::read_only));
    TRY(const std::int64_t size, file->size());
    total += size;
  }
  return total;
}

void Partition::save_recovery_point() {
  shared_.directory.set_recovery_point(folder(), log_->recovery_point(), log_->aborted_sum());
}

Result<> Partition::close() {
  if (!log_) return {};
  TRY(log_->close());
  save_recovery_point();
  return {};
}

}  // namespace odradek::broker
