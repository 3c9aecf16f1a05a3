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

void watch_for_stop() {
  std::signal(SIGINT, &note_stop);
  std::signal(SIGTERM, &note_stop);
}

bool is_stopped() { return stopped != 0; }

}  // namespace odradek::command
