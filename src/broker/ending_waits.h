// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/now.h"
#include "broker/timer.h"

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace odradek::broker {

// What waits for a transactional id until the markers of its last transaction are written, all for
// the same time at most.
class EndingWaits {
 public:
  // `turn` runs what it is given as a turn of the node.
  using Turn = std::function<void(const std::function<void()>&)>;
  EndingWaits(boost::asio::io_context& loop, std::chrono::milliseconds longest, Turn turn)
      : timer_(loop), longest_(longest), turn_(std::move(turn)) {}

  // Called once, in the order in which they came: it has ended, or the time is over.
  using Then = std::function<void(bool has_ended)>;
  void add(const std::string& id, Then then);
  void ended(const std::string& id);
  void stop() { timer_.cancel(); }

 private:
  struct Wait {
    TimePoint until;
    Then then;
  };
  void set_timer();
  void on_timer();

  Timer timer_;
  std::chrono::milliseconds longest_;
  Turn turn_;
  std::map<std::string, std::deque<Wait>> waits_;
  std::deque<std::pair<TimePoint, std::string>> due_;  // some of them have ended since
};

}  // namespace odradek::broker
