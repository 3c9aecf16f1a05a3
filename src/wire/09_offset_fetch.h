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

// Versions 1-10: v2 all topics and a group error, v5 leader epoch, v6 flexible, v7 stable offsets
// only, v8 many groups, v9 member epoch, v10 topic ids.
namespace odradek::wire {

struct OffsetFetchResponse;

struct OffsetFetchRequest {
  static constexpr Api api{.key = ApiKey::offset_fetch, .versions = {1, 10}, .flexible = 6};
  using Response = OffsetFetchResponse;

  struct OffsetFetchRequestTopic {
    std::string name;
    std::vector<PartitionId> partition_indexes;

    static void walk(auto& m, auto& wire) {
      wire(m.name, until(7));
      wire(m.partition_indexes, until(7));
    }
  };

  struct OffsetFetchRequestGroup {
    struct OffsetFetchRequestTopics {
      std::string name;
      Uuid topic_id;
      std::vector<PartitionId> partition_indexes;

      static void walk(auto& m, auto& wire) {
        wire(m.name, between(8, 9));
        wire(m.topic_id, since(10));
        wire(m.partition_indexes, since(8));
      }
    };

    std::string group_id;
    std::optional<std::string> member_id;
    std::int32_t member_epoch = -1;
    std::optional<std::vector<OffsetFetchRequestTopics>> topics;

    static void walk(auto& m, auto& wire) {
      wire(m.group_id, since(8));
      wire(m.member_id, since(9), nullable());
      wire(m.member_epoch, since(9));
      wire(m.topics, since(8), nullable());
    }
  };

  std::string group_id;
  std::optional<std::vector<OffsetFetchRequestTopic>> topics;
  std::vector<OffsetFetchRequestGroup> groups;
  bool require_stable = false;

  static void walk(auto& m, auto& wire) {
    wire(m.group_id, until(7));
    wire(m.topics, until(7), nullable(between(2, 7)));
    wire(m.groups, since(8));
    wire(m.require_stable, since(7));
  }
};

struct OffsetFetchResponse {
  struct OffsetFetchResponseTopic {
    struct OffsetFetchResponsePartition {
      PartitionId partition_index;
      Offset committed_offset;
      LeaderEpoch committed_leader_epoch{-1};
      std::optional<std::string> metadata;
      ErrorCode error_code = ErrorCode::none;

      static void walk(auto& m, auto& wire) {
        wire(m.partition_index, until(7));
        wire(m.committed_offset, until(7));
        wire(m.committed_leader_epoch, between(5, 7));
        wire(m.metadata, until(7), nullable(until(7)));
        wire(m.error_code, until(7));
      }
    };

    std::string name;
    std::vector<OffsetFetchResponsePartition> partitions;

    static void walk(auto& m, auto& wire) {
      wire(m.name, until(7));
      wire(m.partitions, until(7));
    }
  };

  struct OffsetFetchResponseGroup {
    struct OffsetFetchResponseTopics {
      struct OffsetFetchResponsePartitions {
        PartitionId partition_index;
        Offset committed_offset;
        LeaderEpoch committed_leader_epoch{-1};
        std::optional<std::string> metadata;
        ErrorCode error_code = ErrorCode::none;

        static void walk(auto& m, auto& wire) {
          wire(m.partition_index, since(8));
          wire(m.committed_offset, since(8));
          wire(m.committed_leader_epoch, since(8));
          wire(m.metadata, since(8), nullable());
          wire(m.error_code, since(8));
        }
      };

      std::string name;
      Uuid topic_id;
      std::vector<OffsetFetchResponsePartitions> partitions;

      static void walk(auto& m, auto& wire) {
        wire(m.name, between(8, 9));
        wire(m.topic_id, since(10));
        wire(m.partitions, since(8));
      }
    };

    std::string group_id;
    std::vector<OffsetFetchResponseTopics> topics;
    ErrorCode error_code = ErrorCode::none;

    static void walk(auto& m, auto& wire) {
      wire(m.group_id, since(8));
      wire(m.topics, since(8));
      wire(m.error_code, since(8));
    }
  };

  std::int32_t throttle_time_ms = 0;
  std::vector<OffsetFetchResponseTopic> topics;
  ErrorCode error_code = ErrorCode::none;
  std::vector<OffsetFetchResponseGroup> groups;

  static void walk(auto& m, auto& wire) {
    wire(m.throttle_time_ms, since(3));
    wire(m.topics, until(7));
    wire(m.error_code, between(2, 7));
    wire(m.groups, since(8));
  }
};

}  // namespace odradek::wire
