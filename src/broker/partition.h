// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.h"
#include "base/ids.h"
#include "base/result.h"
#include "log/data_directory.h"
#include "log/follower_log.h"
#include "log/partition_log.h"
#include "log/tail_cache.h"
#include "meta/catalogue_view.h"

#include <boost/intrusive/list.hpp>

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace odradek::broker {

class FetchWait;

// A fetch that waits for a partition: one hook for each partition it asked for.
struct FetchHook
    : boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
  FetchWait* wait = nullptr;
};

// A place in a partition's log.
struct LogPosition {
  Uuid topic_id;
  PartitionId partition;
  Offset offset;
};

// The outcome of a sync that a log had asked for.
struct SyncOutcome {
  log::PartitionLog::SyncNumber sync = 0;
  Result<> result;
};

// A replica that this node has of a partition.
//
// The leader has the log: opened at the first use, or received from the leader before it. A node
// that became leader of a partition with a past has to wait for that log; until then it refuses as
// if it did not lead. A follower has a view of the log, as far as the leader told it.
class Partition {
 public:
  struct Shared {
    log::FileSystem& files;
    log::DataDirectory& directory;
    log::TailCache& cache;
  };
  enum class Role { leader, leader_without_log, follower };
  Partition(const Shared& shared, meta::TopicPtr topic, PartitionId id,
            std::shared_ptr<const log::LogConfig> config, Role role);

  Role role() const { return role_; }
  // Whether it has the log, so that it may be used as leader.
  bool leads() const { return role_ == Role::leader; }

  // Of a leader: the log, or why it cannot be opened; one that is damaged is not tried again.
  Result<log::PartitionLog*> log();
  // The log if it is open already, else null.
  log::PartitionLog* open_log() const { return log_.get(); }

  // Leadership comes and goes. Before the log has come a leader has nothing to give.
  void expect_log();
  void accept(std::unique_ptr<log::PartitionLog> log);
  // Its log came from another node a moment ago.
  bool has_just_come() const;
  std::unique_ptr<log::PartitionLog> become_follower();
  // A sync of the log has ended; kept for the log where that is still on its way, and given back
  // where it went elsewhere. A log that found no space is closed when all of them have ended, and
  // opened again at the next use.
  void synced(const SyncOutcome& outcome);
  std::vector<SyncOutcome> take_early_syncs() { return std::exchange(early_syncs_, {}); }

  // What consumers read; null where a follower was not told yet.
  Result<log::ReadableLog*> readable();

  // Of a leader: followers that want to know when there is more than they know.
  void add_follower(NodeId follower);
  std::vector<NodeId> take_followers() { return std::exchange(followers_, {}); }
  bool has_followers_waiting() const { return !followers_.empty(); }
  // Followers that were told something in this epoch, and so may serve it.
  void note_informed(NodeId follower) { informed_.insert(follower); }
  const std::set<NodeId>& informed() const { return informed_; }
  log::FollowerLog::Progress progress() const;
  // Of a leader: behind all that is staged now.
  LogPosition staged_end() const;
  // Of a follower: how far the leader is, as far as it was told.
  const log::FollowerLog* follower_log() const { return follower_log_.get(); }
  Result<> advance(const log::FollowerLog::Progress& progress);
  log::Growth take_growth() { return follower_log_->take_growth(); }
  // One question to the leader at a time, and one beside it that cannot wait: true where the leader
  // has to be asked.
  bool ask() { return !std::exchange(has_asked_, true); }
  bool ask_at_once() { return !std::exchange(has_asked_at_once_, true); }
  bool has_asked_at_once() const { return has_asked_at_once_; }
  void answered() { has_asked_ = has_asked_at_once_ = false; }

  // Whether it has a folder; one that nobody ever asked for a record has none.
  Result<bool> was_used();
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
  log::FileSystem& files() const { return shared_.files; }
  std::string path() const { return shared_.directory.path() + "/" + folder(); }
  std::string folder() const { return log::DataDirectory::folder(topic_->name, id_); }

  void add_waiter(FetchHook& hook) { waiters_.push_back(hook); }
  bool has_waiters() const { return !waiters_.empty(); }
  // Tells those who wait that so much more can be read; they may answer and leave.
  void wake(const log::Growth& growth);
  // Tells them that something else has changed.
  void wake_all();

  // Tells the data directory how far the log is on the disk.
  void save_recovery_point();
  // Makes the log durable and closes it, at an orderly stop.
  Result<> close();

 private:
  Result<> open();

  Shared shared_;
  meta::TopicPtr topic_;
  PartitionId id_;
  std::shared_ptr<const log::LogConfig> config_;
  Role role_;
  std::unique_ptr<log::PartitionLog> log_;
  std::optional<Error> failed_;
  std::optional<Clock::time_point> accepted_at_;
  std::vector<SyncOutcome> early_syncs_;  // of the log that is on its way
  std::vector<NodeId> followers_;
  std::set<NodeId> informed_;
  std::unique_ptr<log::FollowerLog> follower_log_;
  bool has_asked_ = false;
  bool has_asked_at_once_ = false;
  boost::intrusive::list<FetchHook, boost::intrusive::constant_time_size<false>> waiters_;
};

}  // namespace odradek::broker
