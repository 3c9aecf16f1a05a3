// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"

#include <string>
#include <string_view>
#include <vector>

namespace odradek {

struct Property {
  std::string name;
  std::string value;
};

// A Java properties file: "key=value" lines, '#' and '!' comments, a backslash joins lines.
// Fault::invalid names a line that is neither.
Result<std::vector<Property>> parse_properties(std::string_view text);

}  // namespace odradek
