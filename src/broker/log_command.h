// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"

#include <string>
#include <vector>

namespace odradek::broker {

// `odradek log verify` and `odradek log repair`: what a broker does not do by itself, because it
// takes long, or gives records up; and `odradek log dump`.
struct LogCommand {
  enum class Kind { verify, repair, dump };
  Kind kind = Kind::verify;
  bool dumps_records = false;
  std::vector<std::string> folders;  // "orders-3"; none is all of them
};

// Prints a line for each log. Does it to a data directory that no broker uses; returns whether
// everything is whole now.
Result<bool> run_log_command(const LogCommand& command, const std::string& data_directory);

}  // namespace odradek::broker
