// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/uuid.h"
#include "wire/api.h"
#include "wire/error_code.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

// Versions 0-6: v1 throttle, v4 flexible, v5 error messages, v6 by topic id.
namespace odradek::wire {

struct DeleteTopicsResponse;

struct DeleteTopicsRequest {
  static constexpr Api api{.key = ApiKey::delete_topics, .versions = {0, 6}, .flexible = 4};
  using Response = DeleteTopicsResponse;

  struct DeleteTopicState {
    std::optional<std::string> name;
    Uuid topic_id;

    static void walk(auto& m, auto& wire) {
      wire(m.name, since(6), nullable());
      wire(m.topic_id, since(6));
    }
  };

  std::vector<DeleteTopicState> topics;
  std::vector<std::string> topic_names;
  std::int32_t timeout_ms = 0;

  static void walk(auto& m, auto& wire) {
    wire(m.topics, since(6));
    wire(m.topic_names, until(5));
    wire(m.timeout_ms);
  }
};

struct DeleteTopicsResponse {
  struct DeletableTopicResult {
    std::optional<std::string> name;
    Uuid topic_id;
    ErrorCode error_code = ErrorCode::none;
    std::optional<std::string> error_message;

    static void walk(auto& m, auto& wire) {
      wire(m.name, always, nullable(since(6)));
      wire(m.topic_id, since(6));
      wire(m.error_code);
      wire(m.error_message, since(5), nullable());
    }
  };

  std::int32_t throttle_time_ms = 0;
  std::vector<DeletableTopicResult> responses;

  static void walk(auto& m, auto& wire) {
    wire(m.throttle_time_ms, since(1));
    wire(m.responses);
  }
};

}  // namespace odradek::wire
