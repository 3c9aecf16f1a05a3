// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "log/file.h"

namespace odradek::log {

// The operating system's files.
class PosixFileSystem : public FileSystem {
 public:
  Result<FilePtr> open(const std::string& path, Open how) override;
  Result<> create_directories(const std::string& path) override;
  Result<std::vector<std::string>> list(const std::string& directory) override;
  Result<> rename(const std::string& from, const std::string& to) override;
  Result<> remove(const std::string& path) override;
  Result<> remove_all(const std::string& directory) override;
  Result<> sync_directory(const std::string& path) override;
  Result<> sync_all(const std::string& directory) override;
  bool exists(const std::string& path) override;
};

// What errno says, as an Error: "open /data/t-0: permission denied".
Error system_error(std::string_view action, std::string_view path, int error_number);

}  // namespace odradek::log
