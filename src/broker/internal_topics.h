// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "broker/topic_creation.h"
#include "meta/catalogue_view.h"

#include <functional>
#include <string>
#include <string_view>

namespace odradek::broker {

class Node;

// Where the state of groups is. Kafka: Topic.GROUP_METADATA_TOPIC_NAME.
inline constexpr std::string_view consumer_offsets = "__consumer_offsets";
// And that of transactions. Kafka: Topic.TRANSACTION_STATE_TOPIC_NAME.
inline constexpr std::string_view transaction_state = "__transaction_state";

// A new topic as the broker makes it when it is asked for, internal or not: with the counts and
// configurations that the settings have for it. Kafka: AutoTopicCreationManager.creatableTopic.
wire::CreateTopicsRequest::CreatableTopic automatic_topic(std::string_view name,
                                                          const BrokerOptions& options,
                                                          const Cluster& cluster);

// Makes an internal topic where there is none yet, and goes on once that is in the node's view, or
// could not be done: `then` looks for itself.
void require_internal_topic(Node& node, std::string_view name, std::function<void()> then);

}  // namespace odradek::broker
