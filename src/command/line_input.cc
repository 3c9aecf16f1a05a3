// SPDX-License-Identifier: Apache-2.0
#include "command/line_input.h"

#include <poll.h>
#include <unistd.h>

#include <iostream>

namespace odradek::command {

// In step with C's streams nobody could say what has been read ahead.
LineInput::LineInput() { std::ios::sync_with_stdio(false); }

bool LineInput::next(std::string& line) { return static_cast<bool>(std::getline(std::cin, line)); }

bool LineInput::would_wait() const {
  if (std::cin.rdbuf()->in_avail() > 0) return false;
  pollfd input{STDIN_FILENO, POLLIN, 0};
  return ::poll(&input, 1, 0) == 0;
}

}  // namespace odradek::command
