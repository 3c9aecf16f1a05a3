// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.h"
#include "base/ids.h"
#include "wire/api.h"
#include "wire/error_code.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

// Versions 0-5: v3 static members, v4 flexible, v5 protocol type and name.
namespace odradek::wire {

struct SyncGroupResponse;

struct SyncGroupRequest {
  static constexpr Api api{.key = ApiKey::sync_group, .versions = {0, 5}, .flexible = 4};
  using Response = SyncGroupResponse;

  struct SyncGroupRequestAssignment {
    std::string member_id;
    Buffer assignment;

    static void walk(auto& m, auto& wire) {
      wire(m.member_id);
      wire(m.assignment);
    }
  };

  std::string group_id;
  GenerationId generation_id;
  std::string member_id;
  std::optional<std::string> group_instance_id;
  std::optional<std::string> protocol_type;
  std::optional<std::string> protocol_name;
  std::vector<SyncGroupRequestAssignment> assignments;

  static void walk(auto& m, auto& wire) {
    wire(m.group_id);
    wire(m.generation_id);
    wire(m.member_id);
    wire(m.group_instance_id, since(3), nullable());
    wire(m.protocol_type, since(5), nullable());
    wire(m.protocol_name, since(5), nullable());
    wire(m.assignments);
  }
};

struct SyncGroupResponse {
  std::int32_t throttle_time_ms = 0;
  ErrorCode error_code = ErrorCode::none;
  std::optional<std::string> protocol_type;
  std::optional<std::string> protocol_name;
  Buffer assignment;

  static void walk(auto& m, auto& wire) {
    wire(m.throttle_time_ms, since(1));
    wire(m.error_code);
    wire(m.protocol_type, since(5), nullable());
    wire(m.protocol_name, since(5), nullable());
    wire(m.assignment);
  }
};

}  // namespace odradek::wire
