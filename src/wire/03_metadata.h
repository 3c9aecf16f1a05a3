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

// Versions 0-13: v1 controller and racks, v2 cluster id, v4 auto-creation is asked for, v5 offline
// replicas, v7 leader epoch, v8 authorised operations, v9 flexible, v10 topic ids in answers, v11
// no cluster operations, v12 topics by id, v13 error for the whole answer (KIP-1102).
namespace odradek::wire {

struct MetadataResponse;

struct MetadataRequest {
  static constexpr Api api{.key = ApiKey::metadata, .versions = {0, 13}, .flexible = 9};
  using Response = MetadataResponse;

  struct MetadataRequestTopic {
    Uuid topic_id;
    std::optional<std::string> name;

    static void walk(auto& m, auto& wire) {
      wire(m.topic_id, since(10));
      wire(m.name, always, nullable(since(10)));
    }
  };

  std::optional<std::vector<MetadataRequestTopic>> topics;
  bool allow_auto_topic_creation = true;
  bool include_cluster_authorized_operations = false;
  bool include_topic_authorized_operations = false;

  static void walk(auto& m, auto& wire) {
    wire(m.topics, always, nullable(since(1)));
    wire(m.allow_auto_topic_creation, since(4));
    wire(m.include_cluster_authorized_operations, between(8, 10));
    wire(m.include_topic_authorized_operations, since(8));
  }
};

struct MetadataResponse {
  struct MetadataResponseBroker {
    NodeId node_id;
    std::string host;
    std::int32_t port = 0;
    std::optional<std::string> rack;

    static void walk(auto& m, auto& wire) {
      wire(m.node_id);
      wire(m.host);
      wire(m.port);
      wire(m.rack, since(1), nullable());
    }
  };

  struct MetadataResponseTopic {
    struct MetadataResponsePartition {
      ErrorCode error_code = ErrorCode::none;
      PartitionId partition_index;
      NodeId leader_id;
      LeaderEpoch leader_epoch{-1};
      std::vector<NodeId> replica_nodes;
      std::vector<NodeId> isr_nodes;
      std::vector<NodeId> offline_replicas;

      static void walk(auto& m, auto& wire) {
        wire(m.error_code);
        wire(m.partition_index);
        wire(m.leader_id);
        wire(m.leader_epoch, since(7));
        wire(m.replica_nodes);
        wire(m.isr_nodes);
        wire(m.offline_replicas, since(5));
      }
    };

    ErrorCode error_code = ErrorCode::none;
    std::optional<std::string> name;
    Uuid topic_id;
    bool is_internal = false;
    std::vector<MetadataResponsePartition> partitions;
    std::int32_t topic_authorized_operations = -2147483648;

    static void walk(auto& m, auto& wire) {
      wire(m.error_code);
      wire(m.name, always, nullable(since(12)));
      wire(m.topic_id, since(10));
      wire(m.is_internal, since(1));
      wire(m.partitions);
      wire(m.topic_authorized_operations, since(8));
    }
  };

  std::int32_t throttle_time_ms = 0;
  std::vector<MetadataResponseBroker> brokers;
  std::optional<std::string> cluster_id;
  NodeId controller_id{-1};
  std::vector<MetadataResponseTopic> topics;
  std::int32_t cluster_authorized_operations = -2147483648;
  ErrorCode error_code = ErrorCode::none;

  static void walk(auto& m, auto& wire) {
    wire(m.throttle_time_ms, since(3));
    wire(m.brokers);
    wire(m.cluster_id, since(2), nullable());
    wire(m.controller_id, since(1));
    wire(m.topics);
    wire(m.cluster_authorized_operations, between(8, 10));
    wire(m.error_code, since(13));
  }
};

}  // namespace odradek::wire
