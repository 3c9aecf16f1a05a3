// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.h"
#include "base/ids.h"

namespace odradek::client {

// Where a record with this key goes, as every client of Kafka's puts it: murmur2 of the key. Kafka:
// BuiltInPartitioner.partitionForKey.
PartitionId partition_for_key(Bytes key, std::size_t partitions);

}  // namespace odradek::client
