// SPDX-License-Identifier: Apache-2.0
#include "broker/stop_signals.h"

#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <system_error>
#include <utility>

namespace odradek::broker {

Result<> StopSignals::listen(Stop stop) {
  sigset_t wanted;
  sigemptyset(&wanted);
  sigaddset(&wanted, SIGINT);
  sigaddset(&wanted, SIGTERM);
  ::pthread_sigmask(SIG_BLOCK, &wanted, nullptr);
  const int descriptor = ::signalfd(-1, &wanted, SFD_CLOEXEC | SFD_NONBLOCK);
  if (descriptor < 0) {
    return Error{Fault::io, "cannot receive signals: " + std::generic_category().message(errno)};
  }
  signals_.assign(descriptor);
  signals_.async_wait(
      boost::asio::posix::stream_descriptor::wait_read,
      [this, stop = std::move(stop)](const auto& failed) {
        if (failed) return;
        signalfd_siginfo received{};
        const auto size = ::read(signals_.native_handle(), &received, sizeof received);
        stop(size == sizeof received ? static_cast<int>(received.ssi_signo) : SIGTERM);
      });
  return {};
}

}  // namespace odradek::broker
