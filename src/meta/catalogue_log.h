// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "log/file.h"
#include "meta/records.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace odradek::meta {

// The file the catalogue lives in (docs/format-catalogue.md): a header with the format's number,
// then commits, each with its length, checksum and version. A commit that is not whole at the end
// was never answered and is cut off; anything else that is wrong is an error.
class CatalogueLog {
 public:
  static constexpr std::int32_t newest_format = 1;

  // Whether this code may use the file, told without changing anything: fails for a newer format
  // and for a file that is no catalogue; a missing file is fine.
  static Result<> probe(log::FileSystem& files, const std::string& path);

  // Opens or makes the file and hands every commit to `each`, oldest first.
  using EachCommit = std::function<void(std::int64_t version, const Records& records)>;
  static Result<std::unique_ptr<CatalogueLog>> open(log::FileSystem& files, std::string path,
                                                    const EachCommit& each);

  // Returns once the commit is on the disk. After a failure the log takes no further commit.
  Result<> append(std::int64_t version, const Records& records);

  // Puts a new file in place that begins with `snapshot` as the commit `version`.
  Result<> replace(std::int64_t version, const Records& snapshot);

  std::int64_t size() const { return size_; }

 private:
  CatalogueLog(log::FileSystem& files, std::string path) : files_(files), path_(std::move(path)) {}
  Result<> create();
  Result<> read_all(const EachCommit& each);

  log::FileSystem& files_;
  std::string path_;
  log::FilePtr file_;
  std::int64_t size_ = 0;
  bool failed_ = false;
};

}  // namespace odradek::meta
