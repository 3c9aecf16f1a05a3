// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.h"
#include "wire/api.h"
#include "wire/error_code.h"

#include <cstdint>
#include <string>
#include <vector>

// Versions 1-2: v1 flexible, v2 transaction version (KIP-1228).
namespace odradek::wire {

struct WriteTxnMarkersResponse;

struct WriteTxnMarkersRequest {
  static constexpr Api api{.key = ApiKey::write_txn_markers, .versions = {1, 2}, .flexible = 1};
  using Response = WriteTxnMarkersResponse;

  struct WritableTxnMarker {
    struct WritableTxnMarkerTopic {
      std::string name;
      std::vector<PartitionId> partition_indexes;

      static void walk(auto& m, auto& wire) {
        wire(m.name);
        wire(m.partition_indexes);
      }
    };

    ProducerId producer_id;
    ProducerEpoch producer_epoch;
    bool transaction_result = false;
    std::vector<WritableTxnMarkerTopic> topics;
    CoordinatorEpoch coordinator_epoch;
    std::int8_t transaction_version = 0;

    static void walk(auto& m, auto& wire) {
      wire(m.producer_id);
      wire(m.producer_epoch);
      wire(m.transaction_result);
      wire(m.topics);
      wire(m.coordinator_epoch);
      wire(m.transaction_version, since(2));
    }
  };

  std::vector<WritableTxnMarker> markers;

  static void walk(auto& m, auto& wire) { wire(m.markers); }
};

struct WriteTxnMarkersResponse {
  struct WritableTxnMarkerResult {
    struct WritableTxnMarkerTopicResult {
      struct WritableTxnMarkerPartitionResult {
        PartitionId partition_index;
        ErrorCode error_code = ErrorCode::none;

        static void walk(auto& m, auto& wire) {
          wire(m.partition_index);
          wire(m.error_code);
        }
      };

      std::string name;
      std::vector<WritableTxnMarkerPartitionResult> partitions;

      static void walk(auto& m, auto& wire) {
        wire(m.name);
        wire(m.partitions);
      }
    };

    ProducerId producer_id;
    std::vector<WritableTxnMarkerTopicResult> topics;

    static void walk(auto& m, auto& wire) {
      wire(m.producer_id);
      wire(m.topics);
    }
  };

  std::vector<WritableTxnMarkerResult> markers;

  static void walk(auto& m, auto& wire) { wire(m.markers); }
};

}  // namespace odradek::wire
