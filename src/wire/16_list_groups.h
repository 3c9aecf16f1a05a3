// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "wire/api.h"
#include "wire/error_code.h"

#include <cstdint>
#include <string>
#include <vector>

// Versions 0-5: v1 throttle, v3 flexible, v4 states (KIP-518), v5 types (KIP-848).
namespace odradek::wire {

struct ListGroupsResponse;

struct ListGroupsRequest {
  static constexpr Api api{.key = ApiKey::list_groups, .versions = {0, 5}, .flexible = 3};
  using Response = ListGroupsResponse;

  std::vector<std::string> states_filter;
  std::vector<std::string> types_filter;

  static void walk(auto& m, auto& wire) {
    wire(m.states_filter, since(4));
    wire(m.types_filter, since(5));
  }
};

struct ListGroupsResponse {
  struct ListedGroup {
    std::string group_id;
    std::string protocol_type;
    std::string group_state;
    std::string group_type;

    static void walk(auto& m, auto& wire) {
      wire(m.group_id);
      wire(m.protocol_type);
      wire(m.group_state, since(4));
      wire(m.group_type, since(5));
    }
  };

  std::int32_t throttle_time_ms = 0;
  ErrorCode error_code = ErrorCode::none;
  std::vector<ListedGroup> groups;

  static void walk(auto& m, auto& wire) {
    wire(m.throttle_time_ms, since(1));
    wire(m.error_code);
    wire(m.groups);
  }
};

}  // namespace odradek::wire
