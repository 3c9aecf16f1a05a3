// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/assert.h"
#include "base/ids.h"

#include <algorithm>
#include <cstdint>
#include <deque>

namespace odradek::log {

// How far a log is on the disk, and how far it will be. Syncs end in any order; what is durable
// moves once all that were begun up to there have succeeded.
class SyncProgress {
 public:
  using Number = std::uint64_t;

  // All before `durable` is on the disk, and nobody waits for more.
  void begin_at(Offset durable) { durable_ = planned_ = durable; }

  // Begins a sync of all before `end`; done() when it has succeeded.
  Number begin(Offset end) {
    planned_ = end;
    under_way_.push_back({++last_, end});
    return last_;
  }
  void done(Number sync) {
    const auto ended = std::find_if(under_way_.begin(), under_way_.end(),
                                    [&](const Sync& each) { return each.number == sync; });
    ASSERT(ended != under_way_.end());
    ended->is_done = true;
    for (; !under_way_.empty() && under_way_.front().is_done; under_way_.pop_front()) {
      durable_ = under_way_.front().end;
    }
  }
  bool is_under_way() const { return !under_way_.empty(); }

  // Nothing before `end` is shown before it is durable.
  void require(Offset end) { required_ = end; }
  // It is to be synced, whether anybody waits for that or not.
  void want(Offset end) { wanted_ = end; }
  bool awaits_sync() const { return std::max(required_, wanted_) > planned_; }
  bool is_waited_for() const { return required_ > durable_; }

  Offset durable() const { return durable_; }
  Offset planned() const { return planned_; }

 private:
  struct Sync {
    Number number;
    Offset end;
    bool is_done = false;
  };
  std::deque<Sync> under_way_;  // in the order in which they were begun
  Number last_ = 0;
  Offset durable_;
  Offset planned_;
  Offset required_;
  Offset wanted_;
};

}  // namespace odradek::log
