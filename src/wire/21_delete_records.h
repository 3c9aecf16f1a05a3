// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.h"
#include "wire/api.h"
#include "wire/error_code.h"

#include <cstdint>
#include <string>
#include <vector>

// Versions 0-2: v2 flexible.
namespace odradek::wire {

struct DeleteRecordsResponse;

struct DeleteRecordsRequest {
  static constexpr Api api{.key = ApiKey::delete_records, .versions = {0, 2}, .flexible = 2};
  using Response = DeleteRecordsResponse;

  struct DeleteRecordsTopic {
    struct DeleteRecordsPartition {
      PartitionId partition_index;
      Offset offset;

      static void walk(auto& m, auto& wire) {
        wire(m.partition_index);
        wire(m.offset);
      }
    };

    std::string name;
    std::vector<DeleteRecordsPartition> partitions;

    static void walk(auto& m, auto& wire) {
      wire(m.name);
      wire(m.partitions);
    }
  };

  std::vector<DeleteRecordsTopic> topics;
  std::int32_t timeout_ms = 0;

  static void walk(auto& m, auto& wire) {
    wire(m.topics);
    wire(m.timeout_ms);
  }
};

struct DeleteRecordsResponse {
  struct DeleteRecordsTopicResult {
    struct DeleteRecordsPartitionResult {
      PartitionId partition_index;
      Offset low_watermark;
      ErrorCode error_code = ErrorCode::none;

      static void walk(auto& m, auto& wire) {
        wire(m.partition_index);
        wire(m.low_watermark);
        wire(m.error_code);
      }
    };

    std::string name;
    std::vector<DeleteRecordsPartitionResult> partitions;

    static void walk(auto& m, auto& wire) {
      wire(m.name);
      wire(m.partitions);
    }
  };

  std::int32_t throttle_time_ms = 0;
  std::vector<DeleteRecordsTopicResult> topics;

  static void walk(auto& m, auto& wire) {
    wire(m.throttle_time_ms);
    wire(m.topics);
  }
};

}  // namespace odradek::wire
