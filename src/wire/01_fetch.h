// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.h"
#include "base/uuid.h"
#include "wire/api.h"
#include "wire/error_code.h"
#include "wire/field_types.h"

#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>
#include <vector>

// Versions 4-18: v5 log start offset, v7 sessions (KIP-227), v9 leader epochs (KIP-320), v10 zstd,
// v11 rack (KIP-392), v12 flexible and diverging epochs, v13 topic ids, v15 replica state, v16
// leader hints, v17 directory id, v18 high watermark.
namespace odradek::wire {

struct FetchResponse;

struct FetchRequest {
  static constexpr Api api{.key = ApiKey::fetch, .versions = {4, 18}, .flexible = 12};
  using Response = FetchResponse;

  struct ReplicaState {
    NodeId replica_id{-1};
    std::int64_t replica_epoch = -1;

    static void walk(auto& m, auto& wire) {
      wire(m.replica_id, since(15));
      wire(m.replica_epoch, since(15));
    }

    friend bool operator==(const ReplicaState&, const ReplicaState&) = default;
  };

  struct FetchTopic {
    struct FetchPartition {
      PartitionId partition;
      LeaderEpoch current_leader_epoch{-1};
      Offset fetch_offset;
      LeaderEpoch last_fetched_epoch{-1};
      Offset log_start_offset{-1};
      std::int32_t partition_max_bytes = 0;
      Uuid replica_directory_id;
      Offset high_watermark{std::numeric_limits<std::int64_t>::max()};

      static void walk(auto& m, auto& wire) {
        wire(m.partition);
        wire(m.current_leader_epoch, since(9));
        wire(m.fetch_offset);
        wire(m.last_fetched_epoch, since(12));
        wire(m.log_start_offset, since(5));
        wire(m.partition_max_bytes);
        wire.tag(0, m.replica_directory_id, since(17));
        wire.tag(1, m.high_watermark, since(18), Offset{std::numeric_limits<std::int64_t>::max()});
      }
    };

    std::string_view topic;
    Uuid topic_id;
    std::vector<FetchPartition> partitions;

    static void walk(auto& m, auto& wire) {
      wire(m.topic, until(12));
      wire(m.topic_id, since(13));
      wire(m.partitions);
    }
  };

  struct ForgottenTopic {
    std::string_view topic;
    Uuid topic_id;
    std::vector<PartitionId> partitions;

    static void walk(auto& m, auto& wire) {
      wire(m.topic, between(7, 12));
      wire(m.topic_id, since(13));
      wire(m.partitions, since(7));
    }
  };

  std::optional<std::string_view> cluster_id;
  NodeId replica_id{-1};
  ReplicaState replica_state;
  std::int32_t max_wait_ms = 0;
  std::int32_t min_bytes = 0;
  std::int32_t max_bytes = std::numeric_limits<std::int32_t>::max();
  std::int8_t isolation_level = 0;
  SessionId session_id;
  std::int32_t session_epoch = -1;
  std::vector<FetchTopic> topics;
  std::vector<ForgottenTopic> forgotten_topics_data;
  std::string_view rack_id;

  static void walk(auto& m, auto& wire) {
    wire.tag(0, m.cluster_id, since(12));
    wire(m.replica_id, until(14));
    wire.tag(1, m.replica_state, since(15));
    wire(m.max_wait_ms);
    wire(m.min_bytes);
    wire(m.max_bytes);
    wire(m.isolation_level);
    wire(m.session_id, since(7));
    wire(m.session_epoch, since(7));
    wire(m.topics);
    wire(m.forgotten_topics_data, since(7));
    wire(m.rack_id, since(11));
  }
};

struct FetchResponse {
  struct FetchableTopicResponse {
    struct PartitionData {
      struct EpochEndOffset {
        std::int32_t epoch = -1;
        Offset end_offset{-1};

        static void walk(auto& m, auto& wire) {
          wire(m.epoch, since(12));
          wire(m.end_offset, since(12));
        }

        friend bool operator==(const EpochEndOffset&, const EpochEndOffset&) = default;
      };

      struct LeaderIdAndEpoch {
        NodeId leader_id{-1};
        LeaderEpoch leader_epoch{-1};

        static void walk(auto& m, auto& wire) {
          wire(m.leader_id, since(12));
          wire(m.leader_epoch, since(12));
        }

        friend bool operator==(const LeaderIdAndEpoch&, const LeaderIdAndEpoch&) = default;
      };

      struct SnapshotId {
        Offset end_offset{-1};
        std::int32_t epoch = -1;

        static void walk(auto& m, auto& wire) {
          wire(m.end_offset);
          wire(m.epoch);
        }

        friend bool operator==(const SnapshotId&, const SnapshotId&) = default;
      };

      struct AbortedTransaction {
        ProducerId producer_id;
        Offset first_offset;

        static void walk(auto& m, auto& wire) {
          wire(m.producer_id);
          wire(m.first_offset);
        }
      };

      PartitionId partition_index;
      ErrorCode error_code = ErrorCode::none;
      Offset high_watermark;
      Offset last_stable_offset{-1};
      Offset log_start_offset{-1};
      EpochEndOffset diverging_epoch;
      LeaderIdAndEpoch current_leader;
      SnapshotId snapshot_id;
      std::optional<std::vector<AbortedTransaction>> aborted_transactions;
      NodeId preferred_read_replica{-1};
      RecordSlices records;

      static void walk(auto& m, auto& wire) {
        wire(m.partition_index);
        wire(m.error_code);
        wire(m.high_watermark);
        wire(m.last_stable_offset);
        wire(m.log_start_offset, since(5));
        wire.tag(0, m.diverging_epoch, since(12));
        wire.tag(1, m.current_leader, since(12));
        wire.tag(2, m.snapshot_id, since(12));
        wire(m.aborted_transactions, always, nullable());
        wire(m.preferred_read_replica, since(11));
        wire(m.records);
      }
    };

    std::string_view topic;
    Uuid topic_id;
    std::vector<PartitionData> partitions;

    static void walk(auto& m, auto& wire) {
      wire(m.topic, until(12));
      wire(m.topic_id, since(13));
      wire(m.partitions);
    }
  };

  struct NodeEndpoint {
    NodeId node_id;
    std::string_view host;
    std::int32_t port = 0;
    std::optional<std::string_view> rack;

    static void walk(auto& m, auto& wire) {
      wire(m.node_id, since(16));
      wire(m.host, since(16));
      wire(m.port, since(16));
      wire(m.rack, since(16), nullable());
    }

    friend bool operator==(const NodeEndpoint&, const NodeEndpoint&) = default;
  };

  std::int32_t throttle_time_ms = 0;
  ErrorCode error_code = ErrorCode::none;
  SessionId session_id;
  std::vector<FetchableTopicResponse> responses;
  std::vector<NodeEndpoint> node_endpoints;

  static void walk(auto& m, auto& wire) {
    wire(m.throttle_time_ms);
    wire(m.error_code, since(7));
    wire(m.session_id, since(7));
    wire(m.responses);
    wire.tag(0, m.node_endpoints, since(16));
  }
};

}  // namespace odradek::wire
