// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

namespace odradek::command {

// From here on Ctrl-C and SIGTERM end what goes on without end, in order; a second one at once. And
// who does not read any more what is written is an error of the write, not the end of the process.
void watch_for_stop();
bool is_stopped();

// What reads without end waits this long for records before it looks whether it was stopped.
inline constexpr std::chrono::milliseconds poll_time{250};

}  // namespace odradek::command
