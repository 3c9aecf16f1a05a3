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

// Versions 0-2: v1 when voters fetched and were caught up, v2 their directories and endpoints.
namespace odradek::wire {

struct DescribeQuorumResponse;

struct DescribeQuorumRequest {
  static constexpr Api api{.key = ApiKey::describe_quorum, .versions = {0, 2}, .flexible = 0};
  using Response = DescribeQuorumResponse;

  struct TopicData {
    struct PartitionData {
      PartitionId partition_index;

      static void walk(auto& m, auto& wire) { wire(m.partition_index); }
    };

    std::string topic_name;
    std::vector<PartitionData> partitions;

    static void walk(auto& m, auto& wire) {
      wire(m.topic_name);
      wire(m.partitions);
    }
  };

  std::vector<TopicData> topics;

  static void walk(auto& m, auto& wire) { wire(m.topics); }
};

struct DescribeQuorumResponse {
  struct TopicData {
    struct PartitionData {
      struct ReplicaState {
        NodeId replica_id;
        Uuid replica_directory_id;
        Offset log_end_offset;
        Timestamp last_fetch_timestamp{-1};
        Timestamp last_caught_up_timestamp{-1};

        static void walk(auto& m, auto& wire) {
          wire(m.replica_id);
          wire(m.replica_directory_id, since(2));
          wire(m.log_end_offset);
          wire(m.last_fetch_timestamp, since(1));
          wire(m.last_caught_up_timestamp, since(1));
        }
      };

      PartitionId partition_index;
      ErrorCode error_code = ErrorCode::none;
      std::optional<std::string> error_message;
      NodeId leader_id;
      LeaderEpoch leader_epoch;
      Offset high_watermark;
      std::vector<ReplicaState> current_voters;
      std::vector<ReplicaState> observers;

      static void walk(auto& m, auto& wire) {
        wire(m.partition_index);
        wire(m.error_code);
        wire(m.error_message, since(2), nullable());
        wire(m.leader_id);
        wire(m.leader_epoch);
        wire(m.high_watermark);
        wire(m.current_voters);
        wire(m.observers);
      }
    };

    std::string topic_name;
    std::vector<PartitionData> partitions;

    static void walk(auto& m, auto& wire) {
      wire(m.topic_name);
      wire(m.partitions);
    }
  };

  struct Node {
    struct Listener {
      std::string name;
      std::string host;
      std::uint16_t port = 0;

      static void walk(auto& m, auto& wire) {
        wire(m.name, since(2));
        wire(m.host, since(2));
        wire(m.port, since(2));
      }
    };

    NodeId node_id;
    std::vector<Listener> listeners;

    static void walk(auto& m, auto& wire) {
      wire(m.node_id, since(2));
      wire(m.listeners, since(2));
    }
  };

  ErrorCode error_code = ErrorCode::none;
  std::optional<std::string> error_message;
  std::vector<TopicData> topics;
  std::vector<Node> nodes;

  static void walk(auto& m, auto& wire) {
    wire(m.error_code);
    wire(m.error_message, since(2), nullable());
    wire(m.topics);
    wire(m.nodes, since(2));
  }
};

}  // namespace odradek::wire
