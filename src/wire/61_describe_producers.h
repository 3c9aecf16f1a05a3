// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.h"
#include "wire/api.h"
#include "wire/error_code.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

// Version 0 (KIP-664).
namespace odradek::wire {

struct DescribeProducersResponse;

struct DescribeProducersRequest {
  static constexpr Api api{.key = ApiKey::describe_producers, .versions = {0, 0}, .flexible = 0};
  using Response = DescribeProducersResponse;

  struct TopicRequest {
    std::string name;
    std::vector<PartitionId> partition_indexes;

    static void walk(auto& m, auto& wire) {
      wire(m.name);
      wire(m.partition_indexes);
    }
  };

  std::vector<TopicRequest> topics;

  static void walk(auto& m, auto& wire) { wire(m.topics); }
};

struct DescribeProducersResponse {
  struct TopicResponse {
    struct PartitionResponse {
      struct ProducerState {
        ProducerId producer_id;
        std::int32_t producer_epoch = 0;
        std::int32_t last_sequence = -1;
        Timestamp last_timestamp;
        CoordinatorEpoch coordinator_epoch;
        Offset current_txn_start_offset{-1};

        static void walk(auto& m, auto& wire) {
          wire(m.producer_id);
          wire(m.producer_epoch);
          wire(m.last_sequence);
          wire(m.last_timestamp);
          wire(m.coordinator_epoch);
          wire(m.current_txn_start_offset);
        }
      };

      PartitionId partition_index;
      ErrorCode error_code = ErrorCode::none;
      std::optional<std::string> error_message;
      std::vector<ProducerState> active_producers;

      static void walk(auto& m, auto& wire) {
        wire(m.partition_index);
        wire(m.error_code);
        wire(m.error_message, always, nullable());
        wire(m.active_producers);
      }
    };

    std::string name;
    std::vector<PartitionResponse> partitions;

    static void walk(auto& m, auto& wire) {
      wire(m.name);
      wire(m.partitions);
    }
  };

  std::int32_t throttle_time_ms = 0;
  std::vector<TopicResponse> topics;

  static void walk(auto& m, auto& wire) {
    wire(m.throttle_time_ms);
    wire(m.topics);
  }
};

}  // namespace odradek::wire
