// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.h"
#include "broker/exchange.h"
#include "broker/partition.h"
#include "log/partition_log.h"
#include "wire/00_produce.h"

#include <cstdint>
#include <vector>

namespace odradek::broker {

// A produce whose batches are staged: answered once they are written.
struct ProduceWait {
  struct Outcome {
    std::string_view topic;  // in the frame
    Uuid topic_id;
    PartitionId partition;
    log::PartitionLog::Appended appended;
    Offset log_start_offset{-1};
    Partition* staged_in = nullptr;  // null where nothing was staged
  };
  ExchangePtr exchange;
  std::int16_t acks = 0;
  std::vector<Outcome> outcomes;

  // After the commit: what could not be written becomes an error, and the answer is sent.
  void finish();
};

}  // namespace odradek::broker
