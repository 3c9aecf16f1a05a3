// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.h"
#include "broker/partition.h"

#include <functional>
#include <optional>
#include <vector>

namespace odradek::broker {

class Node;

// A record that the broker itself writes.
struct InternalRecord {
  Bytes key;
  std::optional<Bytes> value;
};

// Stages records for a partition that is led here, in as few batches as its limit allows. They are
// written at the node's next commit.
Result<> append_internally(Node& node, Partition& partition,
                           const std::vector<InternalRecord>& records);

// What is to happen once all that is staged for a partition has been written, or cannot be.
struct AfterCommit {
  Partition* partition = nullptr;  // which stays until then
  std::function<void(bool is_written)> then;
};

}  // namespace odradek::broker
