// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "log/file.h"
#include "log/page_cache_budget.h"

#include <functional>
#include <utility>

namespace odradek::log {

// The operating system's files.
class PosixFileSystem : public FileSystem {
 public:
  // Told when a write, a sync or a change of names has failed for good, before the caller is: there
  // is nothing that could be tried again. On any thread.
  using OnFinalFailure = std::function<void(const Error&)>;
  // `page_cache_bytes` bounds what files that are written behind leave in the page cache.
  explicit PosixFileSystem(OnFinalFailure on_final_failure = {},
                           std::int64_t page_cache_bytes = PageCacheBudget::unbounded)
      : on_final_failure_(std::move(on_final_failure)), page_cache_(page_cache_bytes) {}

  Result<FilePtr> open(const std::string& path, Open how) override;
  Result<FilePtr> lock(const std::string& path) override;
  Result<> create_directories(const std::string& path) override;
  Result<std::vector<std::string>> list(const std::string& directory) override;
  Result<> rename(const std::string& from, const std::string& to) override;
  Result<> remove(const std::string& path) override;
  Result<> remove_all(const std::string& directory) override;
  Result<> sync_directory(const std::string& path) override;
  Result<> sync_all(const std::string& directory) override;
  bool exists(const std::string& path) override;
  Result<Timestamp> modified(const std::string& path) override;
  Result<> set_modified(const std::string& path, Timestamp time) override;
  Result<std::int64_t> identity(const std::string& directory) override;
  Result<Space> space(const std::string& path) override;

 private:
  // Of what should have changed the disk.
  Error failed(std::string_view action, std::string_view path, int error_number) const;

  friend class PosixFile;
  OnFinalFailure on_final_failure_;
  PageCacheBudget page_cache_;
};

// What errno says, as an Error: "open /data/t-0: permission denied".
Error system_error(std::string_view action, std::string_view path, int error_number);

}  // namespace odradek::log
