// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.h"
#include "base/result.h"
#include "log/data_directory.h"
#include "log/partition_log.h"
#include "log/tail_cache.h"
#include "meta/catalogue_view.h"

#include <boost/intrusive/list.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace odradek::broker {

class FetchWait;

// A fetch that waits for a partition: one hook for each partition it asked for.
struct FetchHook
    : boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
  FetchWait* wait = nullptr;
};

// A partition that this node leads: its log, opened at the first use, and who waits for it.
class Partition {
 public:
  struct Shared {
    log::FileSystem& files;
    log::DataDirectory& directory;
    log::TailCache& cache;
  };
  Partition(const Shared& shared, meta::TopicPtr topic, PartitionId id,
            std::shared_ptr<const log::LogConfig> config);

  // The log, or why it cannot be opened; one that is damaged is not tried again.
  Result<log::PartitionLog*> log();
  // The log if it is open already, else null.
  log::PartitionLog* open_log() const { return log_.get(); }

  // The bytes of its records, without opening the log.
  Result<std::int64_t> size_on_disk();

  void update(meta::TopicPtr topic, std::shared_ptr<const log::LogConfig> config);

  const meta::Topic& topic() const { return *topic_; }
  PartitionId id() const { return id_; }
  const log::LogConfig& config() const { return *config_; }
  LeaderEpoch leader_epoch() const { return record().leader_epoch; }
  const meta::PartitionRecord& record() const {
    return topic_->partitions[static_cast<std::size_t>(id_.value)];
  }
  std::string folder() const { return log::DataDirectory::folder(topic_->name, id_); }

  void add_waiter(FetchHook& hook) { waiters_.push_back(hook); }
  // Tells those who wait that `bytes` more can be read; they may answer and leave.
  void wake(std::size_t bytes);

  // Makes the log durable and closes it, at an orderly stop.
  Result<> close();

 private:
  Result<> open();

  Shared shared_;
  meta::TopicPtr topic_;
  PartitionId id_;
  std::shared_ptr<const log::LogConfig> config_;
  std::unique_ptr<log::PartitionLog> log_;
  std::optional<Error> failed_;
  boost::intrusive::list<FetchHook, boost::intrusive::constant_time_size<false>> waiters_;
};

}  // namespace odradek::broker
