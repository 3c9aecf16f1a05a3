// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.h"
#include "wire/api.h"
#include "wire/error_code.h"

#include <cstdint>
#include <optional>
#include <string>

// Versions 0-4: v1 throttle, v3 static members (KIP-345), v4 flexible.
namespace odradek::wire {

struct HeartbeatResponse;

struct HeartbeatRequest {
  static constexpr Api api{.key = ApiKey::heartbeat, .versions = {0, 4}, .flexible = 4};
  using Response = HeartbeatResponse;

  std::string group_id;
  GenerationId generation_id;
  std::string member_id;
  std::optional<std::string> group_instance_id;

  static void walk(auto& m, auto& wire) {
    wire(m.group_id);
    wire(m.generation_id);
    wire(m.member_id);
    wire(m.group_instance_id, since(3), nullable());
  }
};

struct HeartbeatResponse {
  std::int32_t throttle_time_ms = 0;
  ErrorCode error_code = ErrorCode::none;

  static void walk(auto& m, auto& wire) {
    wire(m.throttle_time_ms, since(1));
    wire(m.error_code);
  }
};

}  // namespace odradek::wire
