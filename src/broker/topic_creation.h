// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "broker/broker_options.h"
#include "broker/cluster.h"
#include "meta/catalogue_view.h"
#include "wire/19_create_topics.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace odradek::broker {

// What becomes of the wish for a new topic: a record for the catalogue, or Kafka's error.
struct TopicCreation {
  wire::ErrorCode error = wire::ErrorCode::none;
  std::string message;
  std::optional<meta::TopicRecord> topic;
};

// Decides by Kafka's rules (ReplicationControlManager.createTopic). The id is new each time.
TopicCreation decide_topic(const wire::CreateTopicsRequest::CreatableTopic& wish,
                           const meta::CatalogueView& view, const BrokerOptions& options,
                           const Cluster& cluster);

// Why no partition can be placed at all; empty where one can.
std::string placement_fault(const Cluster& cluster, const meta::CatalogueView& view);

// New partitions where nothing is said about nodes. placement_fault() is empty, and there are
// `replicas`.
std::vector<meta::PartitionRecord> place_partitions(std::int32_t count, std::size_t replicas,
                                                    const Cluster& cluster,
                                                    const meta::CatalogueView& view);

// What is wrong with a choice of nodes; empty where nothing is. Kafka:
// ReplicationControlManager.validateManualPartitionAssignment.
std::string assignment_fault(const std::vector<NodeId>& replicas, const Cluster& cluster);

// A new partition on the nodes that somebody chose, `expected` of them; or what is wrong with them.
struct Assignment {
  std::optional<meta::PartitionRecord> partition;
  std::string fault;
};
Assignment place_as_assigned(const std::vector<NodeId>& replicas, std::size_t expected,
                             const Cluster& cluster, const meta::CatalogueView& view);

}  // namespace odradek::broker
