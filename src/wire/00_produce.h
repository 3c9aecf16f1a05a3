// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.h"
#include "base/ids.h"
#include "base/uuid.h"
#include "wire/api.h"
#include "wire/error_code.h"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

// Versions 3-13: v3 transactional id, v5 log start offset, v7 zstd, v8 per-record errors, v9
// flexible, v10 leader hints (KIP-951), v12 adds partitions to the transaction (KIP-890), v13 topic
// ids.
namespace odradek::wire {

struct ProduceResponse;

struct ProduceRequest {
  static constexpr Api api{.key = ApiKey::produce, .versions = {3, 13}, .flexible = 9};
  using Response = ProduceResponse;

  struct TopicProduceData {
    struct PartitionProduceData {
      PartitionId index;
      std::optional<Bytes> records;

      static void walk(auto& m, auto& wire) {
        wire(m.index);
        wire(m.records, always, nullable());
      }
    };

    std::string_view name;
    Uuid topic_id;
    std::vector<PartitionProduceData> partition_data;

    static void walk(auto& m, auto& wire) {
      wire(m.name, until(12));
      wire(m.topic_id, since(13));
      wire(m.partition_data);
    }
  };

  std::optional<std::string_view> transactional_id;
  std::int16_t acks = 0;
  std::int32_t timeout_ms = 0;
  std::vector<TopicProduceData> topic_data;

  static void walk(auto& m, auto& wire) {
    wire(m.transactional_id, always, nullable());
    wire(m.acks);
    wire(m.timeout_ms);
    wire(m.topic_data);
  }
};

struct ProduceResponse {
  struct TopicProduceResponse {
    struct PartitionProduceResponse {
      struct BatchIndexAndErrorMessage {
        std::int32_t batch_index = 0;
        std::optional<std::string_view> batch_index_error_message;

        static void walk(auto& m, auto& wire) {
          wire(m.batch_index, since(8));
          wire(m.batch_index_error_message, since(8), nullable());
        }
      };

      struct LeaderIdAndEpoch {
        NodeId leader_id{-1};
        LeaderEpoch leader_epoch{-1};

        static void walk(auto& m, auto& wire) {
          wire(m.leader_id, since(10));
          wire(m.leader_epoch, since(10));
        }

        friend bool operator==(const LeaderIdAndEpoch&, const LeaderIdAndEpoch&) = default;
      };

      PartitionId index;
      ErrorCode error_code = ErrorCode::none;
      Offset base_offset;
      Timestamp log_append_time_ms;
      Offset log_start_offset{-1};
      std::vector<BatchIndexAndErrorMessage> record_errors;
      std::optional<std::string_view> error_message;
      LeaderIdAndEpoch current_leader;

      static void walk(auto& m, auto& wire) {
        wire(m.index);
        wire(m.error_code);
        wire(m.base_offset);
        wire(m.log_append_time_ms);
        wire(m.log_start_offset, since(5));
        wire(m.record_errors, since(8));
        wire(m.error_message, since(8), nullable());
        wire.tag(0, m.current_leader, since(10));
      }
    };

    std::string_view name;
    Uuid topic_id;
    std::vector<PartitionProduceResponse> partition_responses;

    static void walk(auto& m, auto& wire) {
      wire(m.name, until(12));
      wire(m.topic_id, since(13));
      wire(m.partition_responses);
    }
  };

  struct NodeEndpoint {
    NodeId node_id;
    std::string_view host;
    std::int32_t port = 0;
    std::optional<std::string_view> rack;

    static void walk(auto& m, auto& wire) {
      wire(m.node_id, since(10));
      wire(m.host, since(10));
      wire(m.port, since(10));
      wire(m.rack, since(10), nullable());
    }

    friend bool operator==(const NodeEndpoint&, const NodeEndpoint&) = default;
  };

  std::vector<TopicProduceResponse> responses;
  std::int32_t throttle_time_ms = 0;
  std::vector<NodeEndpoint> node_endpoints;

  static void walk(auto& m, auto& wire) {
    wire(m.responses);
    wire(m.throttle_time_ms);
    wire.tag(0, m.node_endpoints, since(10));
  }
};

}  // namespace odradek::wire
