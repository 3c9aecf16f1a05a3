// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.h"
#include "wire/api.h"
#include "wire/error_code.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

// Versions 0-3: v2 flexible, v3 quotas (KIP-599).
namespace odradek::wire {

struct CreatePartitionsResponse;

struct CreatePartitionsRequest {
  static constexpr Api api{.key = ApiKey::create_partitions, .versions = {0, 3}, .flexible = 2};
  using Response = CreatePartitionsResponse;

  struct CreatePartitionsTopic {
    struct CreatePartitionsAssignment {
      std::vector<NodeId> broker_ids;

      static void walk(auto& m, auto& wire) { wire(m.broker_ids); }
    };

    std::string name;
    std::int32_t count = 0;
    std::optional<std::vector<CreatePartitionsAssignment>> assignments;

    static void walk(auto& m, auto& wire) {
      wire(m.name);
      wire(m.count);
      wire(m.assignments, always, nullable());
    }
  };

  std::vector<CreatePartitionsTopic> topics;
  std::int32_t timeout_ms = 0;
  bool validate_only = false;

  static void walk(auto& m, auto& wire) {
    wire(m.topics);
    wire(m.timeout_ms);
    wire(m.validate_only);
  }
};

struct CreatePartitionsResponse {
  struct CreatePartitionsTopicResult {
    std::string name;
    ErrorCode error_code = ErrorCode::none;
    std::optional<std::string> error_message;

    static void walk(auto& m, auto& wire) {
      wire(m.name);
      wire(m.error_code);
      wire(m.error_message, always, nullable());
    }
  };

  std::int32_t throttle_time_ms = 0;
  std::vector<CreatePartitionsTopicResult> results;

  static void walk(auto& m, auto& wire) {
    wire(m.throttle_time_ms);
    wire(m.results);
  }
};

}  // namespace odradek::wire
