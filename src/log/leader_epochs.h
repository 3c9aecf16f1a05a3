// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace odradek::log {

// Which leader epoch wrote which offsets of one partition (KIP-101, KIP-320): the epochs in order,
// each with the first offset it wrote. The file is Kafka's `leader-epoch-checkpoint`.
class LeaderEpochs {
 public:
  struct Entry {
    LeaderEpoch epoch;
    Offset start;
    friend bool operator==(const Entry&, const Entry&) = default;
  };
  struct End {
    LeaderEpoch epoch = none_of<LeaderEpoch>;
    Offset offset{-1};
  };

  // Notes that `epoch` writes from `start` on; true where that is news.
  bool assign(LeaderEpoch epoch, Offset start);

  // Where the largest epoch that is not above `wanted` ends: the start of the one behind it, or
  // `log_end`. Empty values where the log knows nothing of it (OffsetForLeaderEpoch).
  End end_of(LeaderEpoch wanted, Offset log_end) const;

  // The epoch in which a record was written.
  LeaderEpoch at(Offset offset) const;
  LeaderEpoch latest() const;

  // Forget what lies at or behind `end`, or before `start`; true where something changed.
  bool truncate_from(Offset end);
  bool truncate_before(Offset start);

  const std::vector<Entry>& entries() const { return entries_; }

  std::string encode() const;
  // Takes over what the file says; false, and nothing, where it is damaged.
  bool decode(std::string_view text);

 private:
  std::vector<Entry> entries_;
};

}  // namespace odradek::log
