// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.h"
#include "wire/api.h"
#include "wire/error_code.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

// Versions 0-6: v1 throttle, v3 authorised operations, v4 static members, v5 flexible, v6
// GROUP_ID_NOT_FOUND (KIP-1043).
namespace odradek::wire {

struct DescribeGroupsResponse;

struct DescribeGroupsRequest {
  static constexpr Api api{.key = ApiKey::describe_groups, .versions = {0, 6}, .flexible = 5};
  using Response = DescribeGroupsResponse;

  std::vector<std::string> groups;
  bool include_authorized_operations = false;

  static void walk(auto& m, auto& wire) {
    wire(m.groups);
    wire(m.include_authorized_operations, since(3));
  }
};

struct DescribeGroupsResponse {
  struct DescribedGroup {
    struct DescribedGroupMember {
      std::string member_id;
      std::optional<std::string> group_instance_id;
      std::string client_id;
      std::string client_host;
      Buffer member_metadata;
      Buffer member_assignment;

      static void walk(auto& m, auto& wire) {
        wire(m.member_id);
        wire(m.group_instance_id, since(4), nullable());
        wire(m.client_id);
        wire(m.client_host);
        wire(m.member_metadata);
        wire(m.member_assignment);
      }
    };

    ErrorCode error_code = ErrorCode::none;
    std::optional<std::string> error_message;
    std::string group_id;
    std::string group_state;
    std::string protocol_type;
    std::string protocol_data;
    std::vector<DescribedGroupMember> members;
    std::int32_t authorized_operations = -2147483648;

    static void walk(auto& m, auto& wire) {
      wire(m.error_code);
      wire(m.error_message, since(6), nullable());
      wire(m.group_id);
      wire(m.group_state);
      wire(m.protocol_type);
      wire(m.protocol_data);
      wire(m.members);
      wire(m.authorized_operations, since(3));
    }
  };

  std::int32_t throttle_time_ms = 0;
  std::vector<DescribedGroup> groups;

  static void walk(auto& m, auto& wire) {
    wire(m.throttle_time_ms, since(1));
    wire(m.groups);
  }
};

}  // namespace odradek::wire
