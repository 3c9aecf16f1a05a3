// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.h"
#include "base/result.h"

namespace odradek::log {
class PartitionLog;
}

namespace odradek::broker {

class Node;
class Partition;

// Moves the start of a log that is led here up to `start`, which is at most its high watermark, and
// tells all who have to know. So that it stays there, Node::save_log_start_offsets() has to follow.
Result<> advance_log_start(Node& node, Partition& partition, log::PartitionLog& log, Offset start);

}  // namespace odradek::broker
