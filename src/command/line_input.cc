// SPDX-License-Identifier: Apache-2.0
#include "command/line_input.h"

#include "command/stop.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>

namespace odradek::command {
namespace {

constexpr std::size_t at_a_time = 64 << 10;

}  // namespace

bool LineInput::next(std::string& line) {
  std::size_t searched = at_;
  auto end = read_.find('\n', searched);
  while (end == std::string::npos) {
    searched = read_.size() - at_;
    if (!read_more()) break;
    end = read_.find('\n', searched);
  }
  if (end == std::string::npos && at_ == read_.size()) return false;
  line = read_.substr(at_, end == std::string::npos ? end : end - at_);
  at_ = end == std::string::npos ? read_.size() : end + 1;
  return true;
}

// Moves what is left to the front first. False at the end, and where somebody says stop.
bool LineInput::read_more() {
  read_.erase(0, at_);
  at_ = 0;
  const std::size_t before = read_.size();
  read_.resize(before + at_a_time);
  ssize_t count = 0;
  do {
    count = ::read(STDIN_FILENO, read_.data() + before, at_a_time);
  } while (count < 0 && errno == EINTR && !is_stopped());
  read_.resize(before + (count > 0 ? static_cast<std::size_t>(count) : 0));
  return count > 0;
}

bool LineInput::would_wait() const {
  if (read_.find('\n', at_) != std::string::npos) return false;
  pollfd input{STDIN_FILENO, POLLIN, 0};
  return ::poll(&input, 1, 0) == 0;
}

}  // namespace odradek::command
