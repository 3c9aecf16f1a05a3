// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace odradek::command {

// Lines of standard input. There is one, and nobody else reads from there.
class LineInput {
 public:
  LineInput();

  // False at the end.
  bool next(std::string& line);
  // Whether next() has to wait for more to come: a good moment to send what there is.
  bool would_wait() const;
};

}  // namespace odradek::command
