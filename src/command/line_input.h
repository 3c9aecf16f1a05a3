// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>

namespace odradek::command {

// Lines of standard input. There is one, and nobody else reads from there.
class LineInput {
 public:
  // False at the end; a last line need not be ended.
  bool next(std::string& line);
  // Whether next() has to wait for more to come: a good moment to send what there is.
  bool would_wait() const;

 private:
  bool read_more();

  std::string read_;  // and not yet taken from `at_` on
  std::size_t at_ = 0;
};

}  // namespace odradek::command
