// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.h"
#include "wire/api.h"
#include "wire/error_code.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

// Versions 0-5: v2 leader epoch, v3 flexible and members (KIP-447), v4 TRANSACTION_ABORTABLE, v5
// adds the partition to the transaction (KIP-890).
namespace odradek::wire {

struct TxnOffsetCommitResponse;

struct TxnOffsetCommitRequest {
  static constexpr Api api{.key = ApiKey::txn_offset_commit, .versions = {0, 5}, .flexible = 3};
  using Response = TxnOffsetCommitResponse;

  struct TxnOffsetCommitRequestTopic {
    struct TxnOffsetCommitRequestPartition {
      PartitionId partition_index;
      Offset committed_offset;
      LeaderEpoch committed_leader_epoch{-1};
      std::optional<std::string> committed_metadata;

      static void walk(auto& m, auto& wire) {
        wire(m.partition_index);
        wire(m.committed_offset);
        wire(m.committed_leader_epoch, since(2));
        wire(m.committed_metadata, always, nullable());
      }
    };

    std::string name;
    std::vector<TxnOffsetCommitRequestPartition> partitions;

    static void walk(auto& m, auto& wire) {
      wire(m.name);
      wire(m.partitions);
    }
  };

  std::string transactional_id;
  std::string group_id;
  ProducerId producer_id;
  ProducerEpoch producer_epoch;
  GenerationId generation_id{-1};
  std::string member_id;
  std::optional<std::string> group_instance_id;
  std::vector<TxnOffsetCommitRequestTopic> topics;

  static void walk(auto& m, auto& wire) {
    wire(m.transactional_id);
    wire(m.group_id);
    wire(m.producer_id);
    wire(m.producer_epoch);
    wire(m.generation_id, since(3));
    wire(m.member_id, since(3));
    wire(m.group_instance_id, since(3), nullable());
    wire(m.topics);
  }
};

struct TxnOffsetCommitResponse {
  struct TxnOffsetCommitResponseTopic {
    struct TxnOffsetCommitResponsePartition {
      PartitionId partition_index;
      ErrorCode error_code = ErrorCode::none;

      static void walk(auto& m, auto& wire) {
        wire(m.partition_index);
        wire(m.error_code);
      }
    };

    std::string name;
    std::vector<TxnOffsetCommitResponsePartition> partitions;

    static void walk(auto& m, auto& wire) {
      wire(m.name);
      wire(m.partitions);
    }
  };

  std::int32_t throttle_time_ms = 0;
  std::vector<TxnOffsetCommitResponseTopic> topics;

  static void walk(auto& m, auto& wire) {
    wire(m.throttle_time_ms);
    wire(m.topics);
  }
};

}  // namespace odradek::wire
