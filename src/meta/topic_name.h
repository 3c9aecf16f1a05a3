// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace odradek::meta {

// Kafka's rule (org.apache.kafka.common.internals.Topic): 1-249 of [a-zA-Z0-9._-], not "." or "..".
// It is also what keeps names from leaving the data directory.
inline constexpr std::size_t max_topic_name = 249;

// What is wrong with a name; empty where nothing is.
std::optional<std::string> topic_name_fault(std::string_view name);

// The topics the broker keeps its own state in; clients may read them, not write or alter them.
bool is_internal_topic(std::string_view name);

// Names that differ only in '.' and '_' collide in metric names; Kafka refuses the second one.
std::string collision_key(std::string_view name);

}  // namespace odradek::meta
