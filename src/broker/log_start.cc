// SPDX-License-Identifier: Apache-2.0
#include "broker/log_start.h"

#include "broker/node.h"

#include <algorithm>

namespace odradek::broker {

Result<> advance_log_start(Node& node, Partition& partition, log::PartitionLog& log, Offset start) {
  node.directory().set_log_start_offset(partition.folder(),
                                        std::max(start, log.log_start_offset()));
  TRY(log.advance_log_start(start));
  // The transactions that went with their segments do not count any more.
  partition.save_recovery_point();
  node.save_recovery_points_soon();
  node.replication().inform_all(partition);
  node.staged(partition);  // for its background tasks
  return {};
}

}  // namespace odradek::broker
