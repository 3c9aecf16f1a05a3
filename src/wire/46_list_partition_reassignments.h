// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.h"
#include "wire/api.h"
#include "wire/error_code.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

// Version 0.
namespace odradek::wire {

struct ListPartitionReassignmentsResponse;

struct ListPartitionReassignmentsRequest {
  static constexpr Api api{
      .key = ApiKey::list_partition_reassignments, .versions = {0, 0}, .flexible = 0};
  using Response = ListPartitionReassignmentsResponse;

  struct ListPartitionReassignmentsTopics {
    std::string name;
    std::vector<PartitionId> partition_indexes;

    static void walk(auto& m, auto& wire) {
      wire(m.name);
      wire(m.partition_indexes);
    }
  };

  std::int32_t timeout_ms = 60000;
  std::optional<std::vector<ListPartitionReassignmentsTopics>> topics;

  static void walk(auto& m, auto& wire) {
    wire(m.timeout_ms);
    wire(m.topics, always, nullable());
  }
};

struct ListPartitionReassignmentsResponse {
  struct OngoingTopicReassignment {
    struct OngoingPartitionReassignment {
      PartitionId partition_index;
      std::vector<NodeId> replicas;
      std::vector<NodeId> adding_replicas;
      std::vector<NodeId> removing_replicas;

      static void walk(auto& m, auto& wire) {
        wire(m.partition_index);
        wire(m.replicas);
        wire(m.adding_replicas);
        wire(m.removing_replicas);
      }
    };

    std::string name;
    std::vector<OngoingPartitionReassignment> partitions;

    static void walk(auto& m, auto& wire) {
      wire(m.name);
      wire(m.partitions);
    }
  };

  std::int32_t throttle_time_ms = 0;
  ErrorCode error_code = ErrorCode::none;
  std::optional<std::string> error_message;
  std::vector<OngoingTopicReassignment> topics;

  static void walk(auto& m, auto& wire) {
    wire(m.throttle_time_ms);
    wire(m.error_code);
    wire(m.error_message, always, nullable());
    wire(m.topics);
  }
};

}  // namespace odradek::wire
