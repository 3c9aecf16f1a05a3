// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.h"
#include "wire/api.h"
#include "wire/error_code.h"

#include <cstdint>
#include <string>
#include <vector>

// Versions 1-11: v2 isolation level, v4 leader epoch, v6 flexible, v7 max timestamp, v8 earliest
// local, v9 latest tiered, v10 time-out, v11 earliest pending upload.
namespace odradek::wire {

struct ListOffsetsResponse;

struct ListOffsetsRequest {
  static constexpr Api api{.key = ApiKey::list_offsets, .versions = {1, 11}, .flexible = 6};
  using Response = ListOffsetsResponse;

  struct ListOffsetsTopic {
    struct ListOffsetsPartition {
      PartitionId partition_index;
      LeaderEpoch current_leader_epoch{-1};
      Timestamp timestamp;

      static void walk(auto& m, auto& wire) {
        wire(m.partition_index);
        wire(m.current_leader_epoch, since(4));
        wire(m.timestamp);
      }
    };

    std::string name;
    std::vector<ListOffsetsPartition> partitions;

    static void walk(auto& m, auto& wire) {
      wire(m.name);
      wire(m.partitions);
    }
  };

  NodeId replica_id;
  std::int8_t isolation_level = 0;
  std::vector<ListOffsetsTopic> topics;
  std::int32_t timeout_ms = 0;

  static void walk(auto& m, auto& wire) {
    wire(m.replica_id);
    wire(m.isolation_level, since(2));
    wire(m.topics);
    wire(m.timeout_ms, since(10));
  }
};

struct ListOffsetsResponse {
  struct ListOffsetsTopicResponse {
    struct ListOffsetsPartitionResponse {
      PartitionId partition_index;
      ErrorCode error_code = ErrorCode::none;
      Timestamp timestamp;
      Offset offset{-1};
      LeaderEpoch leader_epoch{-1};

      static void walk(auto& m, auto& wire) {
        wire(m.partition_index);
        wire(m.error_code);
        wire(m.timestamp);
        wire(m.offset);
        wire(m.leader_epoch, since(4));
      }
    };

    std::string name;
    std::vector<ListOffsetsPartitionResponse> partitions;

    static void walk(auto& m, auto& wire) {
      wire(m.name);
      wire(m.partitions);
    }
  };

  std::int32_t throttle_time_ms = 0;
  std::vector<ListOffsetsTopicResponse> topics;

  static void walk(auto& m, auto& wire) {
    wire(m.throttle_time_ms, since(2));
    wire(m.topics);
  }
};

}  // namespace odradek::wire
