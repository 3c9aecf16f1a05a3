// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/temporary_directory.h"

#include <string>

namespace odradek::test {

// An empty directory that goes away with the test.
class TemporaryDirectory {
 public:
  const std::string& path() const { return directory_->path(); }
  std::string operator/(const std::string& name) const { return path() + "/" + name; }

 private:
  Result<odradek::TemporaryDirectory> directory_ = odradek::TemporaryDirectory::make("odradek");
};

}  // namespace odradek::test
