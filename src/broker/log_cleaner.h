// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.h"
#include "base/now.h"
#include "broker/compaction_report.h"
#include "broker/led_logs.h"
#include "broker/timer.h"
#include "cleaner/compaction_check.h"

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <utility>

namespace odradek::broker {

class Node;
class Partition;

// Compacts the logs that a node leads, one at a time: that with the largest share of what was not
// compacted, and before it those that have waited too long. A log that could not be compacted is
// left alone until the next start. CleanerStatus says what it does and did. Kafka: LogCleaner,
// LogCleanerManager.
class LogCleaner {
 public:
  explicit LogCleaner(Node& node);

  void start();
  void stop();

 private:
  // What a log was like when no round was due.
  struct Seen {
    Offset active;
    Offset last_stable;
    cleaner::CompactionRules rules;
    friend bool operator==(const Seen&, const Seen&) = default;
  };
  using Need = std::pair<LedLogs::Key, cleaner::CompactionNeed>;

  void look_after_a_while();
  void look_after(std::chrono::milliseconds delay);
  void look_at_all();
  void look_at_next();
  static Seen see(const Partition& partition);
  bool is_quiet(const Partition& partition) const;
  void forget_what_is_gone();
  void compact_best();
  bool compact(Need need);
  void note(const LedLogs::Key& key, const CompactionProgress& progress);
  void note(const LedLogs::Key& key, const CompactionReport& report);

  Node& node_;
  Timer timer_;
  LedLogs logs_;  // that are to be looked at
  std::optional<Need> best_;
  std::map<LedLogs::Key, Seen> quiet_;
  // Of which the status tells.
  struct Told {
    std::string folder;
    bool is_uncleanable = false;
  };
  std::map<LedLogs::Key, Told> told_;
  TimePoint logged_;  // how far a round is
};

}  // namespace odradek::broker
