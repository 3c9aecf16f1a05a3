// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "wire/api.h"
#include "wire/error_code.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

// Versions 0-5: v3 many members, v4 flexible, v5 reason.
namespace odradek::wire {

struct LeaveGroupResponse;

struct LeaveGroupRequest {
  static constexpr Api api{.key = ApiKey::leave_group, .versions = {0, 5}, .flexible = 4};
  using Response = LeaveGroupResponse;

  struct MemberIdentity {
    std::string member_id;
    std::optional<std::string> group_instance_id;
    std::optional<std::string> reason;

    static void walk(auto& m, auto& wire) {
      wire(m.member_id, since(3));
      wire(m.group_instance_id, since(3), nullable());
      wire(m.reason, since(5), nullable());
    }
  };

  std::string group_id;
  std::string member_id;
  std::vector<MemberIdentity> members;

  static void walk(auto& m, auto& wire) {
    wire(m.group_id);
    wire(m.member_id, until(2));
    wire(m.members, since(3));
  }
};

struct LeaveGroupResponse {
  struct MemberResponse {
    std::string member_id;
    std::optional<std::string> group_instance_id;
    ErrorCode error_code = ErrorCode::none;

    static void walk(auto& m, auto& wire) {
      wire(m.member_id, since(3));
      wire(m.group_instance_id, since(3), nullable());
      wire(m.error_code, since(3));
    }
  };

  std::int32_t throttle_time_ms = 0;
  ErrorCode error_code = ErrorCode::none;
  std::vector<MemberResponse> members;

  static void walk(auto& m, auto& wire) {
    wire(m.throttle_time_ms, since(1));
    wire(m.error_code);
    wire(m.members, since(3));
  }
};

}  // namespace odradek::wire
