// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.h"
#include "broker/partition.h"
#include "log/partition_log.h"
#include "wire/coordinator_record.h"
#include "wire/error_code.h"

#include <functional>
#include <optional>
#include <vector>

namespace odradek::broker {

class Node;

// As part of a producer's transaction.
struct TransactionalAppend {
  ProducerId producer;
  ProducerEpoch epoch;
  log::VerificationGuard guard;
};

// Stages records for a partition that is led here, in as few batches as its limit allows. They are
// written at the node's next commit.
log::BatchFault append_internally(Node& node, Partition& partition,
                                  const std::vector<wire::CoordinatorRecord>& records,
                                  const std::optional<TransactionalAppend>& transaction = {});
// Stages the marker that ends a transaction.
wire::ErrorCode append_marker(Node& node, Partition& partition, const log::EndOfTransaction& end);

// What is to happen once all that is staged for a partition is committed, or cannot be.
struct AfterCommit {
  LogPosition position;
  std::function<void(bool is_committed)> then;
};

}  // namespace odradek::broker
