// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.h"
#include "broker/compaction_report.h"

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

namespace odradek::broker {

// What the cleaners of all nodes of a process do and have done, for whoever wants to know: `odradek
// cleaner status`, metrics. For any thread.
class CleanerStatus {
 public:
  struct Log {
    std::int64_t rounds = 0;                // that came to their end
    std::int64_t failures = 0;              // of others
    std::optional<CompactionReport> last;   // none before the first has ended
    std::optional<CompactionProgress> now;  // while one goes on
  };
  // By the node that leads it and its folder, like "orders-3".
  using Key = std::pair<NodeId, std::string>;
  using Logs = std::map<Key, Log>;

  void note(const Key& log, const CompactionProgress& progress);
  void note(const Key& log, const CompactionReport& report);
  // The node does not lead it any more.
  void forget(const Key& log);

  Logs logs() const;

 private:
  mutable std::mutex mutex_;
  Logs logs_;
};

// A line for each log, the uncleanable ones first.
std::string to_text(const CleanerStatus::Logs& logs);

}  // namespace odradek::broker
