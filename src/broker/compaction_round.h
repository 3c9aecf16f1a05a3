// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.h"
#include "base/ids.h"
#include "base/result.h"
#include "broker/led_logs.h"
#include "broker/timer.h"
#include "cleaner/compaction.h"
#include "cleaner/compaction_check.h"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace odradek::broker {

class Node;
class Partition;

// One round of compaction of a log that is led here. The storage pool reads and writes, in slices;
// what came of it is put into its place on the loop.
class CompactionRound : public std::enable_shared_from_this<CompactionRound> {
 public:
  struct Report {
    std::string folder;
    Timestamp ended;
    std::chrono::milliseconds took{};
    cleaner::Compaction::Outcome outcome;
    // Fault::not_found where the log was not as it was thought to be.
    std::optional<Error> failure;
  };
  using Ended = std::function<void(const Report&)>;

  // Empty where it has to wait: another node that led it before is not done with it yet, or the log
  // is not decided as far as was thought.
  static Result<std::shared_ptr<CompactionRound>> begin(Node& node, LedLogs& logs,
                                                        Partition& partition,
                                                        cleaner::CompactionNeed need);
  // `ended` is told once, unless the logs are stopped.
  void run(Ended ended);

 private:
  // What the storage pool has in hand.
  struct Work {
    std::shared_ptr<void> claim;
    cleaner::Compaction compaction;
  };
  CompactionRound(Node& node, LedLogs& logs, const Partition& partition,
                  std::shared_ptr<Work> work);

  Partition* partition() const;
  void go_on();
  void go_on_after(std::chrono::milliseconds delay);
  std::chrono::milliseconds pause();
  void finish();
  Result<> put_into_place();
  void save_checkpoint();
  void end(const Result<>& result);

  Node& node_;
  LedLogs& logs_;
  Timer timer_;
  const LedLogs::Key key_;
  const std::string folder_;
  const Clock::time_point began_ = Clock::now();
  const std::shared_ptr<Work> work_;
  std::int64_t paid_ = 0;  // bytes that were read and written, and paused for
  Ended ended_;
};

}  // namespace odradek::broker
