// SPDX-License-Identifier: Apache-2.0
#include "command/output.h"

#include "command/stop.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdio>

namespace odradek::command {

// Until there is room for what a pipe takes at once.
Result<> Output::wait() const {
  constexpr int second = 1000;
  pollfd output{STDOUT_FILENO, POLLOUT, 0};
  while (::poll(&output, 1, second) <= 0) {
    if (is_stopped()) return Error{Fault::io, "stopped while standard out was waited for"};
    if (!meanwhile_) continue;
    TRY(meanwhile_());
  }
  return {};
}

Result<> Output::write(std::string_view text) {
  std::fflush(stdout);
  while (!text.empty()) {
    TRY(wait());
    const auto written =
        ::write(STDOUT_FILENO, text.data(), std::min<std::size_t>(text.size(), PIPE_BUF));
    if (written < 0 && errno != EINTR && errno != EAGAIN) {
      return Error{Fault::io, "Unable to write to standard out, closing consumer."};
    }
    if (written > 0) text.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

}  // namespace odradek::command
