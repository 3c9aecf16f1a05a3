// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.h"
#include "wire/api.h"
#include "wire/error_code.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

// Versions 0-5: v2 flexible, v3 error for the whole answer, v4 size of the volume, v5 cordoned.
namespace odradek::wire {

struct DescribeLogDirsResponse;

struct DescribeLogDirsRequest {
  static constexpr Api api{.key = ApiKey::describe_log_dirs, .versions = {0, 5}, .flexible = 2};
  using Response = DescribeLogDirsResponse;

  struct DescribableLogDirTopic {
    std::string topic;
    std::vector<PartitionId> partitions;

    static void walk(auto& m, auto& wire) {
      wire(m.topic);
      wire(m.partitions);
    }
  };

  std::optional<std::vector<DescribableLogDirTopic>> topics;

  static void walk(auto& m, auto& wire) { wire(m.topics, always, nullable()); }
};

struct DescribeLogDirsResponse {
  struct DescribeLogDirsResult {
    struct DescribeLogDirsTopic {
      struct DescribeLogDirsPartition {
        PartitionId partition_index;
        std::int64_t partition_size = 0;
        std::int64_t offset_lag = 0;
        bool is_future_key = false;

        static void walk(auto& m, auto& wire) {
          wire(m.partition_index);
          wire(m.partition_size);
          wire(m.offset_lag);
          wire(m.is_future_key);
        }
      };

      std::string name;
      std::vector<DescribeLogDirsPartition> partitions;

      static void walk(auto& m, auto& wire) {
        wire(m.name);
        wire(m.partitions);
      }
    };

    ErrorCode error_code = ErrorCode::none;
    std::string log_dir;
    std::vector<DescribeLogDirsTopic> topics;
    std::int64_t total_bytes = -1;
    std::int64_t usable_bytes = -1;
    bool is_cordoned = false;

    static void walk(auto& m, auto& wire) {
      wire(m.error_code);
      wire(m.log_dir);
      wire(m.topics);
      wire(m.total_bytes, since(4));
      wire(m.usable_bytes, since(4));
      wire(m.is_cordoned, since(5));
    }
  };

  std::int32_t throttle_time_ms = 0;
  ErrorCode error_code = ErrorCode::none;
  std::vector<DescribeLogDirsResult> results;

  static void walk(auto& m, auto& wire) {
    wire(m.throttle_time_ms);
    wire(m.error_code, since(3));
    wire(m.results);
  }
};

}  // namespace odradek::wire
