// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"

#include <functional>
#include <string_view>
#include <utility>

namespace odradek::command {

// Standard output, whose reader may be slow, or gone.
class Output {
 public:
  // `meanwhile` is called about every second that the reader takes.
  using Meanwhile = std::function<Result<>()>;
  explicit Output(Meanwhile meanwhile = {}) : meanwhile_(std::move(meanwhile)) {}

  // All of it. Fault::io where nobody reads any more, or somebody says stop first (watch_for_stop).
  Result<> write(std::string_view text);

 private:
  Result<> wait() const;

  Meanwhile meanwhile_;
};

}  // namespace odradek::command
