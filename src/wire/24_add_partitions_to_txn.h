// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.h"
#include "wire/api.h"
#include "wire/error_code.h"

#include <cstdint>
#include <string>
#include <vector>

// Versions 0-5: v3 flexible, v4 many transactions, for brokers (KIP-890), v5 TRANSACTION_ABORTABLE.
namespace odradek::wire {

struct AddPartitionsToTxnResponse;

struct AddPartitionsToTxnRequest {
  static constexpr Api api{.key = ApiKey::add_partitions_to_txn, .versions = {0, 5}, .flexible = 3};
  using Response = AddPartitionsToTxnResponse;

  struct AddPartitionsToTxnTopic {
    std::string name;
    std::vector<PartitionId> partitions;

    static void walk(auto& m, auto& wire) {
      wire(m.name);
      wire(m.partitions);
    }
  };
  struct AddPartitionsToTxnTransaction {
    std::string transactional_id;
    ProducerId producer_id;
    ProducerEpoch producer_epoch;
    bool verify_only = false;
    std::vector<AddPartitionsToTxnTopic> topics;

    static void walk(auto& m, auto& wire) {
      wire(m.transactional_id, since(4));
      wire(m.producer_id, since(4));
      wire(m.producer_epoch, since(4));
      wire(m.verify_only, since(4));
      wire(m.topics, since(4));
    }
  };

  std::vector<AddPartitionsToTxnTransaction> transactions;
  // Before version 4 there is one.
  std::string transactional_id;
  ProducerId producer_id;
  ProducerEpoch producer_epoch;
  std::vector<AddPartitionsToTxnTopic> topics;

  static void walk(auto& m, auto& wire) {
    wire(m.transactions, since(4));
    wire(m.transactional_id, until(3));
    wire(m.producer_id, until(3));
    wire(m.producer_epoch, until(3));
    wire(m.topics, until(3));
  }
};

struct AddPartitionsToTxnResponse {
  struct AddPartitionsToTxnPartitionResult {
    PartitionId partition_index;
    ErrorCode partition_error_code = ErrorCode::none;

    static void walk(auto& m, auto& wire) {
      wire(m.partition_index);
      wire(m.partition_error_code);
    }
  };
  struct AddPartitionsToTxnTopicResult {
    std::string name;
    std::vector<AddPartitionsToTxnPartitionResult> results_by_partition;

    static void walk(auto& m, auto& wire) {
      wire(m.name);
      wire(m.results_by_partition);
    }
  };
  struct AddPartitionsToTxnResult {
    std::string transactional_id;
    std::vector<AddPartitionsToTxnTopicResult> topic_results;

    static void walk(auto& m, auto& wire) {
      wire(m.transactional_id, since(4));
      wire(m.topic_results, since(4));
    }
  };

  std::int32_t throttle_time_ms = 0;
  ErrorCode error_code = ErrorCode::none;
  std::vector<AddPartitionsToTxnResult> results_by_transaction;
  std::vector<AddPartitionsToTxnTopicResult> results_by_topic;  // before version 4

  static void walk(auto& m, auto& wire) {
    wire(m.throttle_time_ms);
    wire(m.error_code, since(4));
    wire(m.results_by_transaction, since(4));
    wire(m.results_by_topic, until(3));
  }
};

}  // namespace odradek::wire
