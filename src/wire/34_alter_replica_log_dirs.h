// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.h"
#include "wire/api.h"
#include "wire/error_code.h"

#include <cstdint>
#include <string>
#include <vector>

// Versions 1-2.
namespace odradek::wire {

struct AlterReplicaLogDirsResponse;

struct AlterReplicaLogDirsRequest {
  static constexpr Api api{
      .key = ApiKey::alter_replica_log_dirs, .versions = {1, 2}, .flexible = 2};
  using Response = AlterReplicaLogDirsResponse;

  struct AlterReplicaLogDir {
    struct AlterReplicaLogDirTopic {
      std::string name;
      std::vector<PartitionId> partitions;

      static void walk(auto& m, auto& wire) {
        wire(m.name);
        wire(m.partitions);
      }
    };

    std::string path;
    std::vector<AlterReplicaLogDirTopic> topics;

    static void walk(auto& m, auto& wire) {
      wire(m.path);
      wire(m.topics);
    }
  };

  std::vector<AlterReplicaLogDir> dirs;

  static void walk(auto& m, auto& wire) { wire(m.dirs); }
};

struct AlterReplicaLogDirsResponse {
  struct AlterReplicaLogDirTopicResult {
    struct AlterReplicaLogDirPartitionResult {
      PartitionId partition_index;
      ErrorCode error_code = ErrorCode::none;

      static void walk(auto& m, auto& wire) {
        wire(m.partition_index);
        wire(m.error_code);
      }
    };

    std::string topic_name;
    std::vector<AlterReplicaLogDirPartitionResult> partitions;

    static void walk(auto& m, auto& wire) {
      wire(m.topic_name);
      wire(m.partitions);
    }
  };

  std::int32_t throttle_time_ms = 0;
  std::vector<AlterReplicaLogDirTopicResult> results;

  static void walk(auto& m, auto& wire) {
    wire(m.throttle_time_ms);
    wire(m.results);
  }
};

}  // namespace odradek::wire
