// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.h"
#include "wire/api.h"
#include "wire/error_code.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

// Versions 0-1: v1 whether the number of replicas may change (KIP-860).
namespace odradek::wire {

struct AlterPartitionReassignmentsResponse;

struct AlterPartitionReassignmentsRequest {
  static constexpr Api api{
      .key = ApiKey::alter_partition_reassignments, .versions = {0, 1}, .flexible = 0};
  using Response = AlterPartitionReassignmentsResponse;

  struct ReassignableTopic {
    struct ReassignablePartition {
      PartitionId partition_index;
      std::optional<std::vector<NodeId>> replicas;

      static void walk(auto& m, auto& wire) {
        wire(m.partition_index);
        wire(m.replicas, always, nullable());
      }
    };

    std::string name;
    std::vector<ReassignablePartition> partitions;

    static void walk(auto& m, auto& wire) {
      wire(m.name);
      wire(m.partitions);
    }
  };

  std::int32_t timeout_ms = 60000;
  bool allow_replication_factor_change = true;
  std::vector<ReassignableTopic> topics;

  static void walk(auto& m, auto& wire) {
    wire(m.timeout_ms);
    wire(m.allow_replication_factor_change, since(1));
    wire(m.topics);
  }
};

struct AlterPartitionReassignmentsResponse {
  struct ReassignableTopicResponse {
    struct ReassignablePartitionResponse {
      PartitionId partition_index;
      ErrorCode error_code = ErrorCode::none;
      std::optional<std::string> error_message;

      static void walk(auto& m, auto& wire) {
        wire(m.partition_index);
        wire(m.error_code);
        wire(m.error_message, always, nullable());
      }
    };

    std::string name;
    std::vector<ReassignablePartitionResponse> partitions;

    static void walk(auto& m, auto& wire) {
      wire(m.name);
      wire(m.partitions);
    }
  };

  std::int32_t throttle_time_ms = 0;
  bool allow_replication_factor_change = true;
  ErrorCode error_code = ErrorCode::none;
  std::optional<std::string> error_message;
  std::vector<ReassignableTopicResponse> responses;

  static void walk(auto& m, auto& wire) {
    wire(m.throttle_time_ms);
    wire(m.allow_replication_factor_change, since(1));
    wire(m.error_code);
    wire(m.error_message, always, nullable());
    wire(m.responses);
  }
};

}  // namespace odradek::wire
