// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.h"
#include "base/result.h"
#include "log/file.h"
#include "log/producer_state.h"
#include "log/segment_list.h"

#include <string>
#include <utility>
#include <vector>

namespace odradek::log {

// The .snapshot files of a log: what was known of its producers at an offset, so that a restart
// does not learn all of it from the records. They are caches; one that cannot be read is as good as
// none. Kafka: ProducerStateManager, which keeps those at the beginning of a segment too. Used by
// one thread.
class ProducerSnapshots {
 public:
  // `segments` are those of the log, and outlive this.
  ProducerSnapshots(FileSystem& files, std::string directory, const SegmentList& segments)
      : files_(files), directory_(std::move(directory)), segments_(segments) {}

  // One that has a file already; in any order.
  void found(Offset offset);
  // Reads the last one that can be read and does not stand behind `limit`; -1 where there is none.
  Offset load(Offset limit, ProducerState& producers) const;
  // Removes what is of no use to a log that ends at `end` and was loaded with the one at `loaded`.
  Result<> remove_useless(Offset loaded, Offset end);

  // What is known at the end of the log, unless the last one stands there.
  Result<> write(Offset end, const ProducerState& producers, Offset durable);
  // Those that a restart does not need where the log is durable up to here.
  Result<> remove_old(Offset durable);
  // Nothing where none is there.
  Result<> remove(Offset offset);
  // Paths of those that were kept for the sake of a segment.
  std::vector<std::string> kept_for(const SegmentReplacement& range) const;

 private:
  std::string path(Offset offset) const;

  FileSystem& files_;
  std::string directory_;
  const SegmentList& segments_;
  std::vector<Offset> offsets_;  // in order; after the start without those kept for old segments
};

}  // namespace odradek::log
