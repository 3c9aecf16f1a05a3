// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "broker/broker_options.h"
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
                           const meta::CatalogueView& view, const BrokerOptions& options);

// The replicas of new partitions, where nothing else is asked for.
std::vector<meta::PartitionRecord> place_partitions(std::int32_t count, std::int32_t replicas,
                                                    NodeId node);

}  // namespace odradek::broker
