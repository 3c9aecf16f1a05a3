// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.h"
#include "broker/exchange.h"
#include "broker/partition.h"
#include "log/partition_log.h"
#include "wire/00_produce.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace odradek::broker {

// A produce whose batches are staged: answered once they are written, or committed, where its acks
// ask for that.
struct ProduceWait {
  struct Outcome {
    std::string_view topic;  // in the frame
    Uuid topic_id;
    PartitionId partition;
    log::PartitionLog::Appended appended;
    Offset log_start_offset{-1};
    // Where the high watermark has to be first; none where nothing was staged.
    std::optional<LogPosition> awaited;
  };
  ExchangePtr exchange;
  std::int16_t acks = 0;
  std::vector<Outcome> outcomes;

  // After the commit: notes what is there by now, and what never will be; true where nothing more
  // is to be waited for.
  bool settle();
  // Sends the answer.
  void finish();
};

}  // namespace odradek::broker
