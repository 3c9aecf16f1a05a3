// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "meta/catalogue_view.h"

#include <optional>
#include <vector>

// Who leads what when nodes come and go. Plain functions of a view: each returns the records of one
// commit. Kafka: ReplicationControlManager, PartitionChangeBuilder, PartitionReassignmentReplicas.
namespace odradek::meta {

// A partition as it has to be while the nodes are up that `view` says: a reassignment whose target
// is all there is completed, and a leader that is down, or no replica any more, is replaced by the
// first replica that is up. The epoch grows where the leader changes or a replica goes.
PartitionRecord settled(const CatalogueView& view, const PartitionRecord& partition);

// A node comes or goes, with everything that follows from it. The epoch of a partition that has no
// leader any more grows too.
Records start_node(const CatalogueView& view, NodeId node);
Records stop_node(const CatalogueView& view, NodeId node);

// The process starts with `nodes`, which are not empty; all others are down. Partitions that have
// no replica among them are given to them, one after the other: their bytes are on this disk.
Records start_cluster(const CatalogueView& view, const std::vector<NodeId>& nodes);

// The partition led by its first replica; empty where it is already, or that one is down.
std::optional<PartitionRecord> with_preferred_leader(const CatalogueView& view,
                                                     const PartitionRecord& partition);
// That for every partition.
Records elect_preferred_leaders(const CatalogueView& view);

// The partition on its way to `target`, and back to where it was (KIP-455).
PartitionRecord reassigned(const CatalogueView& view, const PartitionRecord& partition,
                           const std::vector<NodeId>& target);
PartitionRecord with_reassignment_cancelled(const CatalogueView& view,
                                            const PartitionRecord& partition);

// Collects changes of partitions into one record for each topic.
class PartitionChanges {
 public:
  void add(const Uuid& topic, PartitionId id, PartitionRecord partition);
  // The records, the topics in the order of their ids.
  Records take();

 private:
  std::map<Uuid, std::vector<PartitionsChangedRecord::Change>> by_topic_;
};

}  // namespace odradek::meta
