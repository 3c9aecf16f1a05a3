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

// A Java properties file: "key=value" lines, "#" and "!" comments, a backslash joins lines, and
// before \t, \n, \u00e9 or a separator it means what it means there.
// Fault::invalid names a line that is none of these.
Result<std::vector<Property>> parse_properties(std::string_view text);

}  // namespace odradek
