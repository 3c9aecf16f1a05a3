// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace odradek::test {

// Where tests keep the log of partition 0 of a topic "t".
inline const std::string log_directory = "t-0";

}  // namespace odradek::test
