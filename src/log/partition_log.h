// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.h"
#include "base/result.h"
#include "base/slice.h"
#include "base/thread_owner.h"
#include "log/aborted_sum.h"
#include "log/batch_validator.h"
#include "log/file.h"
#include "log/log_checkpoint.h"
#include "log/log_config.h"
#include "log/producer_snapshots.h"
#include "log/producer_state.h"
#include "log/readable_log.h"
#include "log/segment_layout.h"
#include "log/segment_list.h"
#include "log/sync_progress.h"
#include "log/tail_cache.h"
#include "log/unsynced_files.h"

#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace odradek::log {

// The log of one partition: a directory of segments, and what was learnt from reading them.
//
// append() is the only way for a batch to become part of history. It checks, assigns offsets and
// stages; commit() writes everything staged with one call, and only then moves the high watermark,
// so that what is answered and what is read has been written. Nothing is read between the two.
// Where the configuration wants it on the disk as well, the high watermark moves when a sync has
// ended that was begun with plan_sync().
//
// After a failed write the log is offline: nobody knows what the disk holds, so every later call
// fails with the same error until the broker is started again. Where it failed for want of space,
// the log can be read still; the file is brought back to what was committed, and then the log may
// be opened once more.
//
// Used by one thread at a time, that of the node that leads the partition; entering it from another
// ends the process. Slow work (syncs) is handed out as background tasks.
class PartitionLog final : public ReadableLog {
 public:
  struct Place {
    FileSystem& files;
    TailCache& cache;
    std::string directory;
    LogCheckpoint known;
    std::function<Result<>()> sync_folder = {};  // as DataDirectory::Prepared has it
  };

  // What opening found out, for the log of the process.
  struct Recovery {
    std::atomic<std::int64_t> bytes_checked = 0;  // so far; others may look
    std::int64_t bytes_cut = 0;
    std::string cut_file;
    Offset cut_offset;
  };

  // Opens the directory, which exists, and makes the first segment where there is none. Checks
  // what lies behind the recovery point: a torn end is cut off, damage before it is an error.
  static Result<std::unique_ptr<PartitionLog>> open(const Place& place, Recovery& recovery);
  ~PartitionLog();

  struct Appended {
    BatchFault fault;
    Offset base_offset{-1};
    Timestamp log_append_time{};  // -1 unless the topic uses it
  };
  struct AppendContext {
    const LogConfig& config;
    LeaderEpoch leader_epoch;
    Timestamp now;
    bool is_read_soon = true;  // kept in the tail cache
    Origin origin = Origin::client;
    VerificationGuard guard = {};  // of the first batch of a transaction
  };
  // Checks and stages one batch, which it changes in place and which `owner` keeps. A duplicate of
  // an idempotent producer is answered with its first offset and not stored again.
  Appended append(std::span<std::byte> batch, const KeeperPtr& owner, const AppendContext& context);
  // The same for the control batch that ends a transaction. Without one that is open it is appended
  // too: the producer is fenced by it.
  Appended append(const EndOfTransaction& end, const AppendContext& context);
  Result<> commit();

  // Before the first batch of a transaction is appended its coordinator is to be asked. Gives the
  // guard to append it with; none where the transaction is known here, or where there is nothing to
  // ask because the epoch is an old one (INVALID_PRODUCER_EPOCH).
  struct Verification {
    wire::ErrorCode error = wire::ErrorCode::none;
    std::optional<VerificationGuard> guard;
  };
  struct Question {
    ProducerId producer;
    ProducerEpoch epoch;
    std::int32_t base_sequence = -1;  // -1 where the coordinator itself appends
    bool bumps_epochs = false;        // a transaction of version 2
  };
  Verification begin_verification(const Question& question, Timestamp now);

  // Also fails once the log is offline. `end` is at most the high watermark.
  Result<Chunk> read(Offset offset, Offset end, std::size_t max_bytes, First first) override;
  Result<std::vector<AbortedEntry>> aborted(Offset begin, Offset end) override;
  // Whole batches from `offset` on, for about `max_bytes` and at least one, as a copy: for those
  // who go through a log themselves, up to its end. Empty there.
  Result<Buffer> copy(Offset offset, std::size_t max_bytes);

  // From one node to another: release() by the one that has it, nothing being staged, then adopt()
  // by the other one's thread. What the tail cache held is dropped.
  void release();
  void adopt(TailCache& cache);

  // The partition is led in `epoch` from here on (Kafka: Partition.makeLeader).
  void begin_epoch(LeaderEpoch epoch);
  // The first record whose timestamp is at least `wanted`, and the first that has the largest.
  Result<std::optional<Stamped>> find(Timestamp wanted);
  Result<std::optional<Stamped>> find_max_timestamp();

  // Moves the start of the log up to `start`, at most the high watermark, and removes the segments
  // that lie before it; their files go with a background task.
  Result<> advance_log_start(Offset start);
  // Begins a new segment, so that the one before may go. Its name has to be on the disk before.
  Result<> seal(Timestamp now);
  // Puts what compaction has written into the place of old segments, which end before the active
  // one; whoever reads one of these goes on with it. A crash leaves the old ones or the new one.
  // Fault::not_found, and no change, where it was removed as the log was opened again meanwhile.
  Result<> replace(const SegmentReplacement& replacement);
  Offset first_segment() const { return segments_.all().begin()->first; }
  // For followers.
  const SegmentLayoutPtr& layout() { return segments_.layout(); }
  const Segment& active_segment() const { return segments_.last(); }

  // Behind what is staged.
  Offset staged_end() const { return next_offset_; }
  // Behind what is written; the high watermark is there or comes there.
  Offset end() const { return written_; }
  // Behind what is known to be on the disk.
  Offset recovery_point() const { return syncs_.durable(); }
  std::uint32_t aborted_sum() const { return aborted_sum_.value(); }
  const ProducerState& producers() const { return producers_; }
  std::int64_t size() const { return segments_.size(); }
  const std::optional<Error>& offline() const { return offline_; }
  // It is offline, and what the disk holds is known and synced: as good as closed.
  bool may_be_opened_again() const;

  // Work that may block and so belongs on another thread. run() touches only files. What has a
  // number is a sync: tell synced() when it succeeded, and sync_failed() when not.
  using SyncNumber = SyncProgress::Number;
  struct BackgroundTask {
    std::function<Result<>()> run;
    std::optional<SyncNumber> sync;
  };
  std::vector<BackgroundTask> take_background_tasks() { return std::exchange(tasks_, {}); }
  // Whether the high watermark waits for a sync that was not begun yet, or somebody wants one.
  bool awaits_sync() const { return !offline_ && syncs_.awaits_sync(); }
  // Of all that is written now.
  void want_sync() { syncs_.want(written_); }
  // Whether more is written than the syncs that were begun make durable.
  bool is_unsynced() const { return !offline_ && written_ > syncs_.planned(); }
  // Begins one of all that is written. Instead of run() the bytes between may be made durable by
  // other means, where they are given: the file is known to the disk, and they are all there is.
  struct Stretch {
    Offset segment;
    FilePtr file;
    std::int64_t begin = 0;
    std::int64_t end = 0;
  };
  struct PlannedSync {
    BackgroundTask task;
    std::optional<Stretch> stretch;
  };
  PlannedSync plan_sync();
  // What is on the disk, and the recovery point, move once all syncs up to there have succeeded, in
  // whatever order they end.
  void synced(SyncNumber sync);
  // What the disk holds is unknown now: the log goes offline.
  void sync_failed(const Error& error) { go_offline(error); }

  // Makes everything durable, indexes and a snapshot included. The log is not used afterwards.
  Result<> close();
  // Silent producers are forgotten once they wrote nothing since `limit`.
  void expire_producers(Timestamp limit) { producers_.expire(limit); }

 private:
  friend class PartitionLogLoader;
  struct Staged {
    Bytes bytes;
    KeeperPtr keeper;
    std::int64_t position = 0;
    Offset next;
    bool is_read_soon = true;
  };

  explicit PartitionLog(const Place& place);
  Segment& active() { return segments_.last(); }
  // Where only space is missing, what was committed stands.
  bool is_readable() const { return !offline_ || offline_->is_shortage(); }
  void learn_producers(const wire::BatchView& batch, Segment& segment);
  void count_aborted();
  Offset last_stable_at(Offset high_watermark) const;
  void note_marker(Offset first_offset, Offset marker);
  bool must_roll(const wire::BatchView& batch, const AppendContext& context);
  Result<> roll(Timestamp now);
  BackgroundTask sync_task(const Segment& segment);
  void move_high_watermark();
  Result<> write_epochs();
  void plan_write_behind();
  Result<> plan_checkpoint();
  Result<> flush_indexes(Segment::Flush how);
  Result<> add_segment();
  Result<> drop_segments_before_start();
  void remove_later(std::vector<std::string> paths);
  Result<> stage(std::span<std::byte> batch, const KeeperPtr& owner, const AppendContext& context);
  // What was just written.
  void cache(Staged& batch);
  Result<> write_staged();
  Result<> write_caches();
  Error go_offline(Error error);
  Error withdraw(Error error);

  ThreadOwner owner_;
  FileSystem& files_;
  TailCache* cache_ = nullptr;  // null between two nodes
  TailCache::Tail* tail_ = nullptr;
  std::string directory_;
  SegmentList segments_;  // never empty
  Timestamp active_since_{};
  Offset next_offset_;  // behind what is staged
  ProducerSnapshots snapshots_;
  std::int64_t committed_size_ = 0;  // of the active segment
  std::int64_t written_behind_ = 0;  // of the active segment
  std::int64_t bytes_since_checkpoint_ = 0;
  std::vector<Staged> staged_;
  std::vector<Bytes> pieces_;
  std::vector<BackgroundTask> tasks_;
  SyncProgress syncs_;
  UnsyncedFiles unsynced_;
  std::int64_t synced_size_ = 0;  // of the active segment: durable, or will be
  AbortedSum aborted_sum_;
  Offset written_;
  bool awaits_durability_ = false;  // what is staged
  struct Write {
    Offset end;
    std::size_t bytes;
  };
  std::deque<Write> unread_;  // at and behind the high watermark
  // Transactions whose markers are not below the high watermark: the first offset of each, smallest
  // of all that end later.
  struct UnreadMarker {
    Offset first_offset;
    Offset marker;
  };
  std::deque<UnreadMarker> unread_markers_;
  bool epochs_changed_ = false;
  ProducerState producers_;
  std::optional<Error> offline_;
};

}  // namespace odradek::log
