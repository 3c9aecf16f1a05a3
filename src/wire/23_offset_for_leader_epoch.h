// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.h"
#include "wire/api.h"
#include "wire/error_code.h"

#include <cstdint>
#include <string>
#include <vector>

// Versions 0-4: v1 leader epoch in the answer, v2 current epoch and throttle, v3 replica id, v4
// flexible.
namespace odradek::wire {

struct OffsetForLeaderEpochResponse;

struct OffsetForLeaderEpochRequest {
  static constexpr Api api{
      .key = ApiKey::offset_for_leader_epoch, .versions = {0, 4}, .flexible = 4};
  using Response = OffsetForLeaderEpochResponse;

  struct OffsetForLeaderTopic {
    struct OffsetForLeaderPartition {
      PartitionId partition;
      LeaderEpoch current_leader_epoch{-1};
      LeaderEpoch leader_epoch;

      static void walk(auto& m, auto& wire) {
        wire(m.partition);
        wire(m.current_leader_epoch, since(2));
        wire(m.leader_epoch);
      }
    };

    std::string topic;
    std::vector<OffsetForLeaderPartition> partitions;

    static void walk(auto& m, auto& wire) {
      wire(m.topic);
      wire(m.partitions);
    }
  };

  NodeId replica_id{-2};
  std::vector<OffsetForLeaderTopic> topics;

  static void walk(auto& m, auto& wire) {
    wire(m.replica_id, since(3));
    wire(m.topics);
  }
};

struct OffsetForLeaderEpochResponse {
  struct OffsetForLeaderTopicResult {
    struct EpochEndOffset {
      ErrorCode error_code = ErrorCode::none;
      PartitionId partition;
      LeaderEpoch leader_epoch{-1};
      Offset end_offset{-1};

      static void walk(auto& m, auto& wire) {
        wire(m.error_code);
        wire(m.partition);
        wire(m.leader_epoch, since(1));
        wire(m.end_offset);
      }
    };

    std::string topic;
    std::vector<EpochEndOffset> partitions;

    static void walk(auto& m, auto& wire) {
      wire(m.topic);
      wire(m.partitions);
    }
  };

  std::int32_t throttle_time_ms = 0;
  std::vector<OffsetForLeaderTopicResult> topics;

  static void walk(auto& m, auto& wire) {
    wire(m.throttle_time_ms, since(2));
    wire(m.topics);
  }
};

}  // namespace odradek::wire
