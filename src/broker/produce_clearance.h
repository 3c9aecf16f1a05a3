// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "broker/exchange.h"
#include "broker/partition_table.h"
#include "log/batch_validator.h"
#include "log/transaction_verification.h"
#include "wire/00_produce.h"

#include <functional>
#include <vector>

namespace odradek::broker {

// What is known of a batch before the log is asked: that it is refused, or else the guard to append
// it with where it is the first of a transaction.
struct Clearance {
  log::BatchFault fault;
  log::VerificationGuard guard;
};

// The partition that a produce names, in the way of its version.
PartitionTable::Found find_produced(const Exchange& exchange,
                                    const wire::ProduceRequest::TopicProduceData& topic,
                                    PartitionId id);

// Checks what can be checked without a log, has the coordinator asked about those batches of a
// produce that are the first of a transaction in their partition (KIP-890), and then calls `then`
// with what is known of each batch, in the order of the request. At once where nobody has to be
// asked; else later, and no request of the connection overtakes this one. The request's views are
// good for as long as `then` runs.
using Clearances = std::vector<Clearance>;
using Cleared = std::function<void(const wire::ProduceRequest&, const Clearances&)>;
void clear_batches(const wire::ProduceRequest& request, const ExchangePtr& exchange,
                   const Cleared& then);

}  // namespace odradek::broker
