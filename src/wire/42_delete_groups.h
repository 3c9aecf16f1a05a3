// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "wire/api.h"
#include "wire/error_code.h"

#include <cstdint>
#include <string>
#include <vector>

// Versions 0-2: v2 flexible.
namespace odradek::wire {

struct DeleteGroupsResponse;

struct DeleteGroupsRequest {
  static constexpr Api api{.key = ApiKey::delete_groups, .versions = {0, 2}, .flexible = 2};
  using Response = DeleteGroupsResponse;

  std::vector<std::string> groups_names;

  static void walk(auto& m, auto& wire) { wire(m.groups_names); }
};

struct DeleteGroupsResponse {
  struct DeletableGroupResult {
    std::string group_id;
    ErrorCode error_code = ErrorCode::none;

    static void walk(auto& m, auto& wire) {
      wire(m.group_id);
      wire(m.error_code);
    }
  };

  std::int32_t throttle_time_ms = 0;
  std::vector<DeletableGroupResult> results;

  static void walk(auto& m, auto& wire) {
    wire(m.throttle_time_ms);
    wire(m.results);
  }
};

}  // namespace odradek::wire
