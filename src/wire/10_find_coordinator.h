// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.h"
#include "wire/api.h"
#include "wire/error_code.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

// Versions 0-6: v1 key type, v3 flexible, v4 many keys, v6 share groups.
namespace odradek::wire {

struct FindCoordinatorResponse;

struct FindCoordinatorRequest {
  static constexpr Api api{.key = ApiKey::find_coordinator, .versions = {0, 6}, .flexible = 3};
  using Response = FindCoordinatorResponse;

  std::string key;
  std::int8_t key_type = 0;
  std::vector<std::string> coordinator_keys;

  static void walk(auto& m, auto& wire) {
    wire(m.key, until(3));
    wire(m.key_type, since(1));
    wire(m.coordinator_keys, since(4));
  }
};

struct FindCoordinatorResponse {
  struct Coordinator {
    std::string key;
    NodeId node_id;
    std::string host;
    std::int32_t port = 0;
    ErrorCode error_code = ErrorCode::none;
    std::optional<std::string> error_message;

    static void walk(auto& m, auto& wire) {
      wire(m.key, since(4));
      wire(m.node_id, since(4));
      wire(m.host, since(4));
      wire(m.port, since(4));
      wire(m.error_code, since(4));
      wire(m.error_message, since(4), nullable());
    }
  };

  std::int32_t throttle_time_ms = 0;
  ErrorCode error_code = ErrorCode::none;
  std::optional<std::string> error_message;
  NodeId node_id;
  std::string host;
  std::int32_t port = 0;
  std::vector<Coordinator> coordinators;

  static void walk(auto& m, auto& wire) {
    wire(m.throttle_time_ms, since(1));
    wire(m.error_code, until(3));
    wire(m.error_message, between(1, 3), nullable(until(3)));
    wire(m.node_id, until(3));
    wire(m.host, until(3));
    wire(m.port, until(3));
    wire(m.coordinators, since(4));
  }
};

}  // namespace odradek::wire
