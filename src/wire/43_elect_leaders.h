// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.h"
#include "wire/api.h"
#include "wire/error_code.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

// Versions 0-2: v1 kind of election and error for the whole answer (KIP-460), v2 flexible.
namespace odradek::wire {

struct ElectLeadersResponse;

struct ElectLeadersRequest {
  static constexpr Api api{.key = ApiKey::elect_leaders, .versions = {0, 2}, .flexible = 2};
  using Response = ElectLeadersResponse;

  struct TopicPartitions {
    std::string topic;
    std::vector<PartitionId> partitions;

    static void walk(auto& m, auto& wire) {
      wire(m.topic);
      wire(m.partitions);
    }
  };

  std::int8_t election_type = 0;
  std::optional<std::vector<TopicPartitions>> topic_partitions;
  std::int32_t timeout_ms = 60000;

  static void walk(auto& m, auto& wire) {
    wire(m.election_type, since(1));
    wire(m.topic_partitions, always, nullable());
    wire(m.timeout_ms);
  }
};

struct ElectLeadersResponse {
  struct ReplicaElectionResult {
    struct PartitionResult {
      PartitionId partition_id;
      ErrorCode error_code = ErrorCode::none;
      std::optional<std::string> error_message;

      static void walk(auto& m, auto& wire) {
        wire(m.partition_id);
        wire(m.error_code);
        wire(m.error_message, always, nullable());
      }
    };

    std::string topic;
    std::vector<PartitionResult> partition_result;

    static void walk(auto& m, auto& wire) {
      wire(m.topic);
      wire(m.partition_result);
    }
  };

  std::int32_t throttle_time_ms = 0;
  ErrorCode error_code = ErrorCode::none;
  std::vector<ReplicaElectionResult> replica_election_results;

  static void walk(auto& m, auto& wire) {
    wire(m.throttle_time_ms);
    wire(m.error_code, since(1));
    wire(m.replica_election_results);
  }
};

}  // namespace odradek::wire
