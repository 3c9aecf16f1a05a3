// SPDX-License-Identifier: Apache-2.0
#include "broker/log_recovery.h"

#include "log/segment.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace odradek::broker {

using namespace std::chrono_literals;

Result<LogRecovery::Progress> LogRecovery::run(const meta::CatalogueView& view, const Tell& tell) {
  TRY(const Jobs jobs, find_jobs(view));
  if (jobs.empty()) return Progress{};
  std::atomic<std::size_t> next = 0;
  std::mutex mutex;
  std::condition_variable ended;
  std::size_t working = std::min<std::size_t>(threads, jobs.size());
  std::vector<std::jthread> workers;
  for (std::size_t i = working; i > 0; --i) {
    workers.emplace_back([&] {
      work(jobs, next);
      const std::scoped_lock lock(mutex);
      --working;
      ended.notify_one();
    });
  }
  {
    std::unique_lock lock(mutex);
    while (!ended.wait_for(lock, 1s, [&] { return working == 0; })) tell(progress_of(jobs));
  }
  for (const auto& job : jobs) {
    if (job->result) continue;
    if (job->result.error().fault != Fault::corrupt) return job->result.error();
    spdlog::error("partition is offline partition={} reason=\"{}\"", job->folder,
                  job->result.error().context);
  }
  return progress_of(jobs);
}

Result<LogRecovery::Jobs> LogRecovery::find_jobs(const meta::CatalogueView& view) {
  Jobs jobs;
  for (const auto& [name, topic] : view.topics()) {
    for (std::size_t i = 0; i < topic->partitions.size(); ++i) {
      std::string folder =
          log::DataDirectory::folder(name, PartitionId{static_cast<std::int32_t>(i)});
      // Damaged, or of a deleted topic of that name: found out when it is used.
      const auto is_ours = directory_.belongs(folder, topic->id);
      if (!is_ours || !*is_ours) continue;
      TRY(const std::int64_t most,
          most_to_check(folder, directory_.checkpoint(folder).recovery_point));
      if (most <= much) continue;
      jobs.push_back(std::make_unique<Job>());
      jobs.back()->folder = std::move(folder);
      jobs.back()->topic_id = topic->id;
    }
  }
  return jobs;
}

// The segments from the one on that has the recovery point.
Result<std::int64_t> LogRecovery::most_to_check(const std::string& folder, Offset recovery_point) {
  const std::string path = directory_.path() + "/" + folder;
  TRY(const auto names, files_.list(path));
  std::int64_t total = 0;
  for (auto name = names.rbegin(); name != names.rend(); ++name) {
    const auto base = log::offset_in_file_name(*name, ".log");
    if (!base) continue;
    TRY(const auto file, files_.open(path + "/" + *name, log::FileSystem::Open::read_only));
    TRY(const std::int64_t size, file->size());
    total += size;
    if (*base <= recovery_point) break;
  }
  return total;
}

void LogRecovery::work(const Jobs& jobs, std::atomic<std::size_t>& next) {
  for (std::size_t i = next++; i < jobs.size(); i = next++) {
    jobs[i]->result = recover(*jobs[i]);
    jobs[i]->is_done = true;
  }
}

Result<> LogRecovery::recover(Job& job) {
  log::TailCache nothing_cached(0);
  TRY(const auto prepared, directory_.prepare(job.folder, job.topic_id));
  TRY(const auto log, log::PartitionLog::open({files_, nothing_cached, prepared.path,
                                               directory_.checkpoint(job.folder), prepared.sync},
                                              job.recovery));
  TRY(log->close());
  directory_.set_recovery_point(job.folder, log->recovery_point(), log->aborted_sum());
  warn_of_cut(job.recovery);
  return {};
}

void warn_of_cut(const log::PartitionLog::Recovery& recovery) {
  if (recovery.bytes_cut == 0) return;
  spdlog::warn("cut a torn end off a log file={} offset={} bytes={}", recovery.cut_file,
               recovery.cut_offset.value, recovery.bytes_cut);
}

LogRecovery::Progress LogRecovery::progress_of(const Jobs& jobs) {
  Progress progress;
  progress.logs = jobs.size();
  for (const auto& job : jobs) {
    progress.bytes_checked += job->recovery.bytes_checked;
    if (!job->is_done) continue;
    ++progress.logs_done;
    progress.bytes_cut += job->recovery.bytes_cut;
    progress.damaged += job->result ? 0 : 1;
  }
  return progress;
}

}  // namespace odradek::broker
