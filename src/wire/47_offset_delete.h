// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.h"
#include "wire/api.h"
#include "wire/error_code.h"

#include <cstdint>
#include <string>
#include <vector>

// Version 0.
namespace odradek::wire {

struct OffsetDeleteResponse;

struct OffsetDeleteRequest {
  static constexpr Api api{
      .key = ApiKey::offset_delete, .versions = {0, 0}, .flexible = never_flexible};
  using Response = OffsetDeleteResponse;

  struct OffsetDeleteRequestTopic {
    struct OffsetDeleteRequestPartition {
      PartitionId partition_index;

      static void walk(auto& m, auto& wire) { wire(m.partition_index); }
    };

    std::string name;
    std::vector<OffsetDeleteRequestPartition> partitions;

    static void walk(auto& m, auto& wire) {
      wire(m.name);
      wire(m.partitions);
    }
  };

  std::string group_id;
  std::vector<OffsetDeleteRequestTopic> topics;

  static void walk(auto& m, auto& wire) {
    wire(m.group_id);
    wire(m.topics);
  }
};

struct OffsetDeleteResponse {
  struct OffsetDeleteResponseTopic {
    struct OffsetDeleteResponsePartition {
      PartitionId partition_index;
      ErrorCode error_code = ErrorCode::none;

      static void walk(auto& m, auto& wire) {
        wire(m.partition_index);
        wire(m.error_code);
      }
    };

    std::string name;
    std::vector<OffsetDeleteResponsePartition> partitions;

    static void walk(auto& m, auto& wire) {
      wire(m.name);
      wire(m.partitions);
    }
  };

  ErrorCode error_code = ErrorCode::none;
  std::int32_t throttle_time_ms = 0;
  std::vector<OffsetDeleteResponseTopic> topics;

  static void walk(auto& m, auto& wire) {
    wire(m.error_code);
    wire(m.throttle_time_ms);
    wire(m.topics);
  }
};

}  // namespace odradek::wire
