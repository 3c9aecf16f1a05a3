// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

// Text as Java sees it: in UTF-16. Kafka counts and hashes strings that way, so whoever has to
// agree with it does the same.
namespace odradek {

// java.lang.String.hashCode() and length() of what Java decodes from these bytes.
std::int32_t java_hash(std::string_view utf8);
std::size_t java_length(std::string_view utf8);

// The partition of an internal topic that belongs to an id. Kafka: Utils.abs(hash) % partitions.
std::int32_t java_partition(std::string_view id, std::int32_t partitions);

}  // namespace odradek
