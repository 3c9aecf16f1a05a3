// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "log/data_directory.h"
#include "log/file.h"
#include "log/partition_log.h"
#include "meta/catalogue_view.h"

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace odradek::broker {

// After a crash, before clients are let in: checks the logs that have much behind their recovery
// point, several at a time, and moves it to their end. Logs with little there are checked when they
// are used first, which takes no longer than a request may.
class LogRecovery {
 public:
  static constexpr std::int64_t much = 4 << 20;  // bytes, at most so many are left for later
  static constexpr unsigned threads = 2;

  LogRecovery(log::FileSystem& files, log::DataDirectory& directory)
      : files_(files), directory_(directory) {}

  struct Progress {
    std::size_t logs = 0;
    std::size_t logs_done = 0;
    std::int64_t bytes_checked = 0;
    std::int64_t bytes_cut = 0;
    std::size_t damaged = 0;  // logs that stay offline
  };
  // `tell` is called about once a second. A damaged log keeps nobody else from starting.
  using Tell = std::function<void(const Progress&)>;
  Result<Progress> run(const meta::CatalogueView& view, const Tell& tell);

 private:
  struct Job {
    std::string folder;
    Uuid topic_id;
    log::PartitionLog::Recovery recovery;
    Result<> result;
    std::atomic<bool> is_done = false;
  };
  using Jobs = std::vector<std::unique_ptr<Job>>;

  Result<Jobs> find_jobs(const meta::CatalogueView& view);
  Result<std::int64_t> most_to_check(const std::string& folder, Offset recovery_point);
  void work(const Jobs& jobs, std::atomic<std::size_t>& next);
  Result<> recover(Job& job);
  static Progress progress_of(const Jobs& jobs);

  log::FileSystem& files_;
  log::DataDirectory& directory_;
};

// Tells of an end that was cut off a log.
void warn_of_cut(const log::PartitionLog::Recovery& recovery);

}  // namespace odradek::broker
