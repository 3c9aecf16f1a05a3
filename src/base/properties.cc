// SPDX-License-Identifier: Apache-2.0
#include "base/properties.h"

#include "base/text.h"

namespace odradek {
namespace {

// The next logical line: physical ones that end in a backslash are joined.
std::string take_line(std::string_view& text) {
  std::string line;
  while (!text.empty()) {
    std::string_view part = trim(take_part(text, '\n'));
    const bool continues = part.ends_with('\\');
    if (continues) part.remove_suffix(1);
    line += part;
    if (!continues) break;
  }
  return line;
}

}  // namespace

Result<std::vector<Property>> parse_properties(std::string_view text) {
  std::vector<Property> properties;
  while (!text.empty()) {
    const std::string line = take_line(text);
    if (line.empty() || line.front() == '#' || line.front() == '!') continue;
    const auto separator = line.find_first_of("=:");
    if (separator == std::string::npos) {
      return Error{Fault::invalid, "line \"" + line + "\" is not key=value"};
    }
    const std::string_view view = line;
    properties.push_back({std::string(trim(view.substr(0, separator))),
                          std::string(trim(view.substr(separator + 1)))});
  }
  return properties;
}

}  // namespace odradek
