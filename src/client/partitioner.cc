// SPDX-License-Identifier: Apache-2.0
#include "client/partitioner.h"

#include <cstdint>

namespace odradek::client {
namespace {

// MurmurHash2 (Austin Appleby, public domain) with Kafka's seed.
std::uint32_t murmur2(Bytes data) {
  constexpr std::uint32_t seed = 0x9747b28c;
  constexpr std::uint32_t multiplier = 0x5bd1e995;
  constexpr int rotation = 24;
  std::uint32_t hash = seed ^ static_cast<std::uint32_t>(data.size());
  for (; data.size() >= 4; data = data.subspan(4)) {
    std::uint32_t word = 0;
    for (std::size_t i = 0; i < 4; ++i) word |= std::to_integer<std::uint32_t>(data[i]) << (8 * i);
    word *= multiplier;
    word ^= word >> rotation;
    word *= multiplier;
    hash *= multiplier;
    hash ^= word;
  }
  for (std::size_t i = data.size(); i > 0; --i) {
    hash ^= std::to_integer<std::uint32_t>(data[i - 1]) << (8 * (i - 1));
  }
  if (!data.empty()) hash *= multiplier;
  hash ^= hash >> 13;
  hash *= multiplier;
  hash ^= hash >> 15;
  return hash;
}

}  // namespace

PartitionId partition_for_key(Bytes key, std::size_t partitions) {
  constexpr std::uint32_t positive = 0x7fffffff;
  return {static_cast<std::int32_t>((murmur2(key) & positive) % partitions)};
}

}  // namespace odradek::client
