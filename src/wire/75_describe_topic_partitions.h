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

// Version 0: one page of topics, with a cursor for the next.
namespace odradek::wire {

struct DescribeTopicPartitionsResponse;

struct DescribeTopicPartitionsRequest {
  static constexpr Api api{
      .key = ApiKey::describe_topic_partitions, .versions = {0, 0}, .flexible = 0};
  using Response = DescribeTopicPartitionsResponse;

  struct TopicRequest {
    std::string name;

    static void walk(auto& m, auto& wire) { wire(m.name); }
  };

  struct Cursor {
    std::string topic_name;
    PartitionId partition_index;

    static void walk(auto& m, auto& wire) {
      wire(m.topic_name);
      wire(m.partition_index);
    }
  };

  std::vector<TopicRequest> topics;
  std::int32_t response_partition_limit = 2000;
  std::optional<Cursor> cursor;

  static void walk(auto& m, auto& wire) {
    wire(m.topics);
    wire(m.response_partition_limit);
    wire(m.cursor, always, nullable());
  }
};

struct DescribeTopicPartitionsResponse {
  struct DescribeTopicPartitionsResponseTopic {
    struct DescribeTopicPartitionsResponsePartition {
      ErrorCode error_code = ErrorCode::none;
      PartitionId partition_index;
      NodeId leader_id;
      LeaderEpoch leader_epoch{-1};
      std::vector<NodeId> replica_nodes;
      std::vector<NodeId> isr_nodes;
      std::optional<std::vector<NodeId>> eligible_leader_replicas;
      std::optional<std::vector<NodeId>> last_known_elr;
      std::vector<NodeId> offline_replicas;

      static void walk(auto& m, auto& wire) {
        wire(m.error_code);
        wire(m.partition_index);
        wire(m.leader_id);
        wire(m.leader_epoch);
        wire(m.replica_nodes);
        wire(m.isr_nodes);
        wire(m.eligible_leader_replicas, always, nullable());
        wire(m.last_known_elr, always, nullable());
        wire(m.offline_replicas);
      }
    };

    ErrorCode error_code = ErrorCode::none;
    std::optional<std::string> name;
    Uuid topic_id;
    bool is_internal = false;
    std::vector<DescribeTopicPartitionsResponsePartition> partitions;
    std::int32_t topic_authorized_operations = -2147483648;

    static void walk(auto& m, auto& wire) {
      wire(m.error_code);
      wire(m.name, always, nullable());
      wire(m.topic_id);
      wire(m.is_internal);
      wire(m.partitions);
      wire(m.topic_authorized_operations);
    }
  };

  struct Cursor {
    std::string topic_name;
    PartitionId partition_index;

    static void walk(auto& m, auto& wire) {
      wire(m.topic_name);
      wire(m.partition_index);
    }
  };

  std::int32_t throttle_time_ms = 0;
  std::vector<DescribeTopicPartitionsResponseTopic> topics;
  std::optional<Cursor> next_cursor;

  static void walk(auto& m, auto& wire) {
    wire(m.throttle_time_ms);
    wire(m.topics);
    wire(m.next_cursor, always, nullable());
  }
};

}  // namespace odradek::wire
