// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "log/file.h"
#include "log/segment.h"

#include <functional>
#include <string>
#include <vector>

namespace odradek::log {

// What a sync of a log has to bring to the disk beside the records: names of new files, and the
// small files that changed. Whatever needs a descriptor is there before a record depends on it.
class UnsyncedFiles {
 public:
  // `sync_folder` as DataDirectory::Prepared has it.
  UnsyncedFiles(FileSystem& files, std::string directory, std::function<Result<>()> sync_folder)
      : files_(files), directory_(std::move(directory)), sync_folder_(std::move(sync_folder)) {}

  // Before files are made, and before records go into a segment whose name may not be on the disk.
  Result<> prepare_names();
  Result<> prepare_for(const Segment& segment);

  void add_epochs(FilePtr file) { epochs_ = std::move(file); }
  void note_new_aborted() { has_new_aborted_ = true; }

  // Whether the records of this segment are all that a sync of it would bring.
  bool has_only_records(const Segment& segment) const;
  // A sync of the segment and of all this, for a thread that may wait.
  std::function<Result<>()> take_sync(const Segment& segment);

 private:
  FileSystem& files_;
  std::string directory_;
  std::function<Result<>()> sync_folder_;  // empty once it was taken
  std::vector<FilePtr> named_;             // whose names are on the disk, or will be
  FilePtr names_;                          // the directory, where there are others
  FilePtr epochs_;
  bool has_new_aborted_ = false;
};

}  // namespace odradek::log
