// SPDX-License-Identifier: Apache-2.0
#include "log/unsynced_files.h"

#include "base/assert.h"

#include <utility>

namespace odradek::log {
namespace {

std::vector<FilePtr> files_of(const Segment& segment) {
  std::vector<FilePtr> files{segment.file()};
  if (segment.transaction_file()) files.push_back(segment.transaction_file());
  return files;
}

}  // namespace

Result<> UnsyncedFiles::prepare_names() {
  if (names_) return {};
  TRY(names_, files_.open(directory_, FileSystem::Open::directory));
  return {};
}

Result<> UnsyncedFiles::prepare_for(const Segment& segment) {
  const bool is_named = !named_.empty() && named_.front() == segment.file();
  return is_named ? Result<>() : prepare_names();
}

bool UnsyncedFiles::has_only_records(const Segment& segment) const {
  return !epochs_ && !has_new_aborted_ && !sync_folder_ && files_of(segment) == named_;
}

std::function<Result<>()> UnsyncedFiles::take_sync(const Segment& segment) {
  std::vector<FilePtr> files = files_of(segment);
  const bool has_new_names = std::exchange(named_, files) != files || epochs_;
  if (epochs_) files.push_back(std::exchange(epochs_, {}));
  if (has_new_names) {
    ASSERT(names_);
    files.push_back(std::exchange(names_, {}));
  }
  has_new_aborted_ = false;
  return [files = std::move(files), sync_folder = std::exchange(sync_folder_, {})]() -> Result<> {
    if (sync_folder) {
      TRY(sync_folder());
    }
    for (const FilePtr& file : files) {
      TRY(file->sync());
    }
    return {};
  };
}

}  // namespace odradek::log
