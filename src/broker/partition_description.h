// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "meta/catalogue_view.h"

#include <cstddef>

namespace odradek::broker {

// A partition as Metadata and DescribeTopicPartitions tell of it. Kafka: KRaftMetadataCache
// .partitionMetadata.
template <class PartitionResponse>
PartitionResponse describe_partition(const meta::CatalogueView& view, const meta::Topic& topic,
                                     std::size_t index) {
  const meta::PartitionRecord& record = topic.partitions[index];
  PartitionResponse partition;
  partition.partition_index = {static_cast<std::int32_t>(index)};
  partition.leader_id = view.leader_of(record);
  partition.leader_epoch = record.leader_epoch;
  partition.replica_nodes = record.replicas;
  partition.isr_nodes = view.in_sync_replicas(record);
  partition.offline_replicas = view.offline_replicas(record);
  return partition;
}

}  // namespace odradek::broker
