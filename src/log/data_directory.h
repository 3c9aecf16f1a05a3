// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.h"
#include "base/result.h"
#include "base/uuid.h"
#include "log/checkpoint_text.h"
#include "log/file.h"
#include "log/journal.h"
#include "log/log_checkpoint.h"

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace odradek::log {

// The directory that holds everything: the catalogue, Kafka's checkpoint files, and a folder for
// each partition, named "<topic>-<partition>". One process uses it at a time.
//
// The checkpoints are read at the start and written when asked. Recovery points, up to which logs
// were synced, save work after a crash, and tell a torn end from damage; log start offsets must be
// durable before a DeleteRecords is answered.
//
// Thread-safe: it stands for the disk, which the nodes of a process have in common. None of it is
// on the path of a record.
class DataDirectory {
 public:
  // Makes the directory where there is none and takes its lock; Fault::in_use names the holder.
  static Result<std::unique_ptr<DataDirectory>> open(FileSystem& files, std::string path);
  ~DataDirectory();

  const std::string& path() const { return path_; }
  std::string absolute_path() const;
  std::string catalogue_path() const { return path_ + "/catalogue.log"; }
  static std::string catalogue_path(const std::string& path) { return path + "/catalogue.log"; }
  // Whether the last use ended with mark_clean().
  bool was_clean() const { return was_clean_; }
  // Checkpoint files that could not be read, by name.
  const std::vector<std::string>& damaged_files() const { return damaged_files_; }

  // The folder of a partition. prepare() makes it where it is missing; one that belongs to another
  // topic id, left over from a deleted topic of that name, is moved aside first. One whose metadata
  // cannot be read is an error: it may hold records. Who has prepared a folder has it until it sets
  // it aside: to a topic of the same name it is Fault::in_use until then.
  static std::string folder(std::string_view topic, PartitionId partition);
  struct Prepared {
    std::string path;
    // What the disk has to have before anything in the folder can be relied on; empty where it has.
    // For a thread that may wait.
    std::function<Result<>()> sync;
  };
  Result<Prepared> prepare(const std::string& folder, const Uuid& topic_id);

  // Whether a folder is of this topic; Fault::corrupt where it does not say any more.
  Result<bool> belongs(std::string_view folder, const Uuid& topic_id);
  // Says of which topic a folder is.
  Result<> write_metadata(const std::string& folder, const Uuid& topic_id);

  // Gives a folder up, forgets its partition, and gives it a name that no partition has; returns
  // that for remove(). Empty where there is no such folder, or it is of another topic id already.
  Result<std::string> set_aside(const std::string& folder, const Uuid& topic_id);
  Result<> remove(const std::string& set_aside);
  // Before any log is opened: as Journal::replay(), into the folders that are here.
  Result<Journal::Replayed> replay_journals();
  // Folders that were set aside and not removed before a crash.
  Result<std::vector<std::string>> leftovers();

  LogCheckpoint checkpoint(const std::string& folder) const;
  // Of a log whose folder is not on the disk nothing is.
  void set_recovery_point(const std::string& folder, Offset offset, std::uint32_t aborted_sum = 0);
  // Where the last round of compaction of a log ended.
  Offset compacted_to(const std::string& folder) const;
  void set_compacted_to(const std::string& folder, Offset offset);
  // One at a time compacts a log: null where another does, else it does as long as it keeps this.
  std::shared_ptr<void> claim_for_compaction(const std::string& folder);
  // Kafka's cleaner-offset-checkpoint. One that is lost costs work.
  Result<> write_compacted_to();
  void set_log_start_offset(const std::string& folder, Offset offset);
  // The version that the catalogue is known to have reached on the disk, or one before.
  std::int64_t catalogue_version() const;
  void set_catalogue_version(std::int64_t version);

  // Writes how far logs were synced, and waits for the disk.
  Result<> write_recovery_points();
  // Writes the log start offsets and waits for the disk. Text and write are apart, so that the
  // write may run on another thread; an older text never replaces a newer one.
  struct LogStartOffsets {
    std::uint64_t number = 0;  // a later one has all that an earlier one has
    std::string text;
  };
  LogStartOffsets log_start_offsets() const;
  Result<> write_log_start_offsets(const LogStartOffsets& offsets);
  // Kafka's meta.properties, so that its tools know the directory.
  Result<> write_identity(const std::string& cluster_id, const Uuid& directory_id, NodeId node);
  // Kafka's `.kafka_cleanshutdown`: the last write of an orderly stop.
  Result<> mark_clean();

 private:
  DataDirectory(FileSystem& files, std::string path) : files_(files), path_(std::move(path)) {}
  Result<> lock();
  Result<> read_checkpoints();
  // Whether they are there, and were written here.
  struct RecoveryPoints {
    bool are_there = false;
    bool are_ours = false;
  };
  Result<RecoveryPoints> read_recovery_points();
  void split_off_sums();
  Result<> forget_what_was_synced();
  // False where there was none that could be read.
  Result<bool> read_offsets(std::string_view file, OffsetsByDirectory& offsets);
  enum class Folder { ready, missing, foreign };
  Result<Folder> state_of(const std::string& folder, const Uuid& topic_id);
  Result<Folder> state_without_metadata(const std::string& folder);
  bool was_synced(const std::string& folder) const;
  std::function<Result<>()> sync_of(const std::string& folder, const Uuid& topic_id);
  // Under the mutex:
  void forget(const std::string& folder);
  Result<> forget_durably(const std::string& folder);
  Result<std::string> rename_aside(const std::string& folder);

  FileSystem& files_;
  std::string path_;
  FilePtr lock_;
  bool was_clean_ = false;
  bool log_starts_are_lost_ = false;
  std::vector<std::string> damaged_files_;
  mutable std::mutex mutex_;                        // of what follows, and of which folder is whose
  std::map<std::string, Uuid, std::less<>> users_;  // of folders that were prepared
  OffsetsByDirectory recovery_points_;
  OffsetsByDirectory aborted_sums_;  // where there is one
  std::set<std::string, std::less<>> synced_folders_;
  OffsetsByDirectory compacted_to_;
  std::set<std::string> compacted_now_;
  OffsetsByDirectory log_start_offsets_;
  std::set<std::string, std::less<>> in_log_start_file_;  // folders that it may speak of
  mutable std::uint64_t log_start_number_ = 0;
  std::mutex recovery_mutex_;   // of the files of recovery points
  std::mutex log_start_mutex_;  // of the file, and of what follows; taken before the other one
  std::uint64_t log_start_written_ = 0;
};

}  // namespace odradek::log
