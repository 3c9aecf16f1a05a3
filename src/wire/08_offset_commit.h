// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.h"
#include "base/uuid.h"
#include "wire/api.h"
#include "wire/error_code.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

// Versions 2-10: v5 no retention time, v6 leader epoch, v7 static members, v8 flexible, v9 member
// epoch (KIP-848), v10 topic ids.
namespace odradek::wire {

struct OffsetCommitResponse;

struct OffsetCommitRequest {
  static constexpr Api api{.key = ApiKey::offset_commit, .versions = {2, 10}, .flexible = 8};
  using Response = OffsetCommitResponse;

  struct OffsetCommitRequestTopic {
    struct OffsetCommitRequestPartition {
      PartitionId partition_index;
      Offset committed_offset;
      LeaderEpoch committed_leader_epoch{-1};
      std::optional<std::string> committed_metadata;

      static void walk(auto& m, auto& wire) {
        wire(m.partition_index);
        wire(m.committed_offset);
        wire(m.committed_leader_epoch, since(6));
        wire(m.committed_metadata, always, nullable());
      }
    };

    std::string name;
    Uuid topic_id;
    std::vector<OffsetCommitRequestPartition> partitions;

    static void walk(auto& m, auto& wire) {
      wire(m.name, until(9));
      wire(m.topic_id, since(10));
      wire(m.partitions);
    }
  };

  std::string group_id;
  GenerationId generation_id_or_member_epoch{-1};
  std::string member_id;
  std::optional<std::string> group_instance_id;
  std::int64_t retention_time_ms = -1;
  std::vector<OffsetCommitRequestTopic> topics;

  static void walk(auto& m, auto& wire) {
    wire(m.group_id);
    wire(m.generation_id_or_member_epoch);
    wire(m.member_id);
    wire(m.group_instance_id, since(7), nullable());
    wire(m.retention_time_ms, until(4));
    wire(m.topics);
  }
};

struct OffsetCommitResponse {
  struct OffsetCommitResponseTopic {
    struct OffsetCommitResponsePartition {
      PartitionId partition_index;
      ErrorCode error_code = ErrorCode::none;

      static void walk(auto& m, auto& wire) {
        wire(m.partition_index);
        wire(m.error_code);
      }
    };

    std::string name;
    Uuid topic_id;
    std::vector<OffsetCommitResponsePartition> partitions;

    static void walk(auto& m, auto& wire) {
      wire(m.name, until(9));
      wire(m.topic_id, since(10));
      wire(m.partitions);
    }
  };

  std::int32_t throttle_time_ms = 0;
  std::vector<OffsetCommitResponseTopic> topics;

  static void walk(auto& m, auto& wire) {
    wire(m.throttle_time_ms, since(3));
    wire(m.topics);
  }
};

}  // namespace odradek::wire
