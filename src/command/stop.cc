// SPDX-License-Identifier: Apache-2.0
#include "command/stop.h"

#include <csignal>

namespace odradek::command {
namespace {

volatile std::sig_atomic_t stopped = 0;

extern "C" void note_stop(int signal) {
  stopped = 1;
  std::signal(signal, SIG_DFL);
}

}  // namespace

// Reads that wait are interrupted.
void watch_for_stop() {
  struct sigaction action {};
  action.sa_handler = &note_stop;
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

bool is_stopped() { return stopped != 0; }

}  // namespace odradek::command
