// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.h"
#include "wire/api.h"
#include "wire/error_code.h"

#include <cstdint>
#include <string>
#include <vector>

// Version 0 (KIP-664).
namespace odradek::wire {

struct DescribeTransactionsResponse;

struct DescribeTransactionsRequest {
  static constexpr Api api{.key = ApiKey::describe_transactions, .versions = {0, 0}, .flexible = 0};
  using Response = DescribeTransactionsResponse;

  std::vector<std::string> transactional_ids;

  static void walk(auto& m, auto& wire) { wire(m.transactional_ids); }
};

struct DescribeTransactionsResponse {
  struct TransactionState {
    struct TopicData {
      std::string topic;
      std::vector<PartitionId> partitions;

      static void walk(auto& m, auto& wire) {
        wire(m.topic);
        wire(m.partitions);
      }
    };

    ErrorCode error_code = ErrorCode::none;
    std::string transactional_id;
    std::string transaction_state;
    std::int32_t transaction_timeout_ms = 0;
    std::int64_t transaction_start_time_ms = 0;
    ProducerId producer_id;
    ProducerEpoch producer_epoch;
    std::vector<TopicData> topics;

    static void walk(auto& m, auto& wire) {
      wire(m.error_code);
      wire(m.transactional_id);
      wire(m.transaction_state);
      wire(m.transaction_timeout_ms);
      wire(m.transaction_start_time_ms);
      wire(m.producer_id);
      wire(m.producer_epoch);
      wire(m.topics);
    }
  };

  std::int32_t throttle_time_ms = 0;
  std::vector<TransactionState> transaction_states;

  static void walk(auto& m, auto& wire) {
    wire(m.throttle_time_ms);
    wire(m.transaction_states);
  }
};

}  // namespace odradek::wire
