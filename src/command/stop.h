// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace odradek::command {

// From here on Ctrl-C and SIGTERM end what goes on without end, in order; a second one at once. And
// who does not read any more what is written is an error of the write, not the end of the process.
void watch_for_stop();
bool is_stopped();

}  // namespace odradek::command
