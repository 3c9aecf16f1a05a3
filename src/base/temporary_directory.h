// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"

#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>

namespace odradek {

// An empty directory that is gone, with all that is in it, when this is.
class TemporaryDirectory {
 public:
  // Where the system has such things (TMPDIR); `name` begins its name.
  static Result<TemporaryDirectory> make(const std::string& name) {
    std::error_code failed;
    const auto place = std::filesystem::temp_directory_path(failed);
    std::string path = (place / (name + "-XXXXXX")).string();
    if (failed || !::mkdtemp(path.data())) {
      return Error{Fault::io,
                   "cannot make a directory in " + place.string() + ", the place for it"};
    }
    return TemporaryDirectory(std::move(path));
  }
  ~TemporaryDirectory() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  TemporaryDirectory(TemporaryDirectory&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  TemporaryDirectory& operator=(TemporaryDirectory&&) = delete;

  const std::string& path() const { return path_; }

 private:
  explicit TemporaryDirectory(std::string path) : path_(std::move(path)) {}

  std::string path_;
};

}  // namespace odradek
