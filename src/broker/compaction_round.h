// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.h"
#include "base/now.h"
#include "base/result.h"
#include "broker/compaction_report.h"
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
  using Ended = std::function<void(const CompactionReport&)>;

  // Empty where it has to wait: another node that led it before is not done with it yet, or the log
  // is not decided as far as was thought.
  static Result<std::shared_ptr<CompactionRound>> begin(Node& node, LedLogs& logs,
                                                        Partition& partition,
                                                        cleaner::CompactionNeed need);
  // `goes_on` is told now and after each slice, `ended` once; neither after the logs are stopped.
  using GoesOn = std::function<void(const CompactionProgress&)>;
  void run(GoesOn goes_on, Ended ended);

 private:
  // What the storage pool has in hand.
  struct Work {
    std::shared_ptr<void> claim;
    cleaner::Compaction compaction;
  };
  CompactionRound(Node& node, LedLogs& logs, const Partition& partition,
                  const cleaner::Cleanable& cleanable, std::shared_ptr<Work> work);

  Partition* partition() const;
  CompactionProgress progress() const;
  CompactionReport report() const;
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
  const cleaner::Cleanable cleanable_;
  const Now began_;
  const std::shared_ptr<Work> work_;
  std::int64_t paid_ = 0;  // bytes that were read and written, and paused for
  GoesOn goes_on_;
  Ended ended_;
};

}  // namespace odradek::broker
