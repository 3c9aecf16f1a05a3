// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <functional>

namespace odradek::broker {

// SIGINT and SIGTERM as something that a loop reads. No handler runs in the middle of another
// thread: the signals are blocked in the thread that makes this, and in all that it starts.
class StopSignals {
 public:
  explicit StopSignals(boost::asio::io_context& loop) : signals_(loop) {}

  // Call it before there is any other thread. `stop` is called on the loop, once.
  using Stop = std::function<void(int signal)>;
  Result<> listen(Stop stop);

 private:
  boost::asio::posix::stream_descriptor signals_;
};

}  // namespace odradek::broker
