// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>

namespace odradek::wire {

// The APIs this code can read and write, by Kafka's key (org.apache.kafka.common.protocol.ApiKeys).
enum class ApiKey : std::int16_t {
  produce = 0,
  fetch = 1,
  list_offsets = 2,
  metadata = 3,
  offset_commit = 8,
  offset_fetch = 9,
  find_coordinator = 10,
  join_group = 11,
  heartbeat = 12,
  leave_group = 13,
  sync_group = 14,
  describe_groups = 15,
  list_groups = 16,
  api_versions = 18,
  create_topics = 19,
  delete_topics = 20,
  delete_records = 21,
  init_producer_id = 22,
  offset_for_leader_epoch = 23,
  add_partitions_to_txn = 24,
  add_offsets_to_txn = 25,
  end_txn = 26,
  write_txn_markers = 27,
  txn_offset_commit = 28,
  describe_configs = 32,
  alter_configs = 33,
  alter_replica_log_dirs = 34,
  describe_log_dirs = 35,
  create_partitions = 37,
  delete_groups = 42,
  elect_leaders = 43,
  incremental_alter_configs = 44,
  alter_partition_reassignments = 45,
  list_partition_reassignments = 46,
  offset_delete = 47,
  describe_client_quotas = 48,
  alter_client_quotas = 49,
  describe_user_scram_credentials = 50,
  describe_quorum = 55,
  update_features = 57,
  describe_cluster = 60,
  describe_producers = 61,
  unregister_broker = 64,
  describe_transactions = 65,
  list_transactions = 66,
  list_config_resources = 74,
  describe_topic_partitions = 75,
};

using Version = std::int16_t;

// The versions in which something is there; both ends count.
struct Versions {
  Version first = 0;
  Version last = std::numeric_limits<Version>::max();

  constexpr bool has(Version version) const { return first <= version && version <= last; }
  friend constexpr bool operator==(Versions, Versions) = default;
};
constexpr Versions since(Version first) { return {.first = first}; }
constexpr Versions until(Version last) { return {.last = last}; }
constexpr Versions between(Version first, Version last) { return {first, last}; }
inline constexpr Versions always{};

// The versions in which a field may be null; never, unless a message says so.
struct Nullable {
  Versions in{.first = 1, .last = 0};
};
constexpr Nullable nullable(Versions in = always) { return {in}; }

// What an API is on the wire. `flexible` is the first version with compact lengths and tagged
// fields (KIP-482), or `never_flexible`.
struct Api {
  ApiKey key;
  Versions versions;
  Version flexible;

  constexpr bool is_flexible(Version version) const { return version >= flexible; }
};
inline constexpr Version never_flexible = std::numeric_limits<Version>::max();

}  // namespace odradek::wire
