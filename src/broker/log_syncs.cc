// SPDX-License-Identifier: Apache-2.0
#include "broker/log_syncs.h"

#include "base/random.h"
#include "broker/node.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <memory>

namespace odradek::broker {

namespace {

// So few files are synced as fast as the journal, and are written only once then.
constexpr std::size_t worth_a_journal = 3;
// What is larger than this takes longer to be written twice than to be synced by itself.
constexpr std::int64_t small_enough_for_journal = 256 << 10;

// Of a half; on a small disk it must not be what fills it.
std::int64_t journal_size(log::FileSystem& files, const std::string& path) {
  const auto space = files.space(path);
  const std::int64_t most = space ? space->total / 64 : log::Journal::default_size;
  return std::clamp<std::int64_t>(most, log::Journal::smallest_size, log::Journal::default_size);
}

}  // namespace

LogSyncs::LogSyncs(Node& node, log::FileSystem& files)
    : node_(node),
      journal_(files, node.directory().path() + "/journal-" + std::to_string(node.id().value),
               random_number(), journal_size(files, node.directory().path())),
      timer_(node.loop()) {}

bool LogSyncs::Job::may_go_into_journal() const {
  return sync.stretch && sync.stretch->end - sync.stretch->begin <= small_enough_for_journal;
}

void LogSyncs::want(const Partition& partition) {
  wanted_.emplace_back(partition.topic().id, partition.id());
}

void LogSyncs::want_later(const Partition& partition, std::chrono::milliseconds delay) {
  const Key key{partition.topic().id, partition.id()};
  if (!is_later_.insert(key).second) return;
  const auto added = later_.emplace(Clock::now() + delay, key);
  if (added == later_.begin()) set_timer();
}

void LogSyncs::set_timer() {
  timer_.expires_at(later_.begin()->first);
  timer_.async_wait([this](const auto& cancelled) {
    if (cancelled) return;
    want_what_is_due();
    begin_round();
    if (!later_.empty()) set_timer();
  });
}

void LogSyncs::want_what_is_due() {
  const auto end = later_.upper_bound(Clock::now());
  for (auto due = later_.begin(); due != end; due = later_.erase(due)) {
    is_later_.erase(due->second);
    Partition* const partition = node_.partitions().replica(due->second.first, due->second.second);
    log::PartitionLog* const log = partition ? partition->open_log() : nullptr;
    if (!log) continue;
    log->want_sync();
    wanted_.push_back(due->second);
  }
}

void LogSyncs::begin_round() {
  if (is_under_way_ || wanted_.empty()) return;
  const auto jobs = std::make_shared<Jobs>(take_jobs());
  if (jobs->empty()) return;
  is_under_way_ = true;
  node_.storage_pool().run(
      [this, jobs]() -> Result<> {
        run(*jobs);
        return {};
      },
      [this, jobs](const Result<>&) { finish_round(*jobs); });
}

void LogSyncs::run(Jobs& jobs) {
  std::vector<Job*> small;
  std::vector<Job*> alone;
  for (Job& job : jobs) (job.may_go_into_journal() ? small : alone).push_back(&job);
  if (small.size() < worth_a_journal || !run_by_journal(small)) {
    alone.insert(alone.end(), small.begin(), small.end());
  }
  for (Job* const job : alone) job->result = job->sync.task.run();
}

// False where there was no room.
bool LogSyncs::run_by_journal(const std::vector<Job*>& jobs) {
  std::vector<log::Unsynced> unsynced;
  for (const Job* const job : jobs) {
    const auto& stretch = *job->sync.stretch;
    unsynced.push_back(
        {job->folder, job->topic_id, stretch.segment, stretch.file, stretch.begin, stretch.end});
  }
  const auto written = journal_.write(unsynced);
  if (written) return *written;
  for (Job* const job : jobs) job->result = written.error();
  return true;
}

LogSyncs::Jobs LogSyncs::take_jobs() {
  Jobs jobs;
  for (const auto& [topic_id, id] : std::exchange(wanted_, {})) {
    Partition* const partition = node_.partitions().replica(topic_id, id);
    log::PartitionLog* const log = partition ? partition->open_log() : nullptr;
    if (!log || !log->awaits_sync()) continue;  // it went elsewhere, or is in this round already
    jobs.push_back({topic_id, id, partition->folder(), log->plan_sync(), {}});
  }
  return jobs;
}

void LogSyncs::finish_round(const Jobs& jobs) {
  is_under_way_ = false;
  release_journal();
  const Node::Turn turn(node_);
  for (const Job& job : jobs) {
    node_.replication().synced(job.topic_id, job.partition, {*job.sync.task.sync, job.result});
  }
  node_.settle();
  node_.commit();
}

// What cannot be synced stays in the journal, and is written once more at the next start.
void LogSyncs::release_journal() {
  auto release = journal_.take_release();
  if (!release) return;
  node_.storage_pool().run(std::move(*release), [](const Result<>& released) {
    if (released) return;
    spdlog::error("cannot sync what is in the journal reason=\"{}\"", released.error().context);
  });
}

}  // namespace odradek::broker
