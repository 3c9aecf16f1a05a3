// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "wire/api.h"
#include "wire/error_code.h"

#include <cstdint>
#include <string>
#include <vector>

// Versions 0-1: v1 other kinds of resources than client metrics (KIP-1142).
namespace odradek::wire {

struct ListConfigResourcesResponse;

struct ListConfigResourcesRequest {
  static constexpr Api api{.key = ApiKey::list_config_resources, .versions = {0, 1}, .flexible = 0};
  using Response = ListConfigResourcesResponse;

  std::vector<std::int8_t> resource_types;

  static void walk(auto& m, auto& wire) { wire(m.resource_types, since(1)); }
};

struct ListConfigResourcesResponse {
  struct ConfigResource {
    std::string resource_name;
    std::int8_t resource_type = 16;

    static void walk(auto& m, auto& wire) {
      wire(m.resource_name);
      wire(m.resource_type, since(1));
    }
  };

  std::int32_t throttle_time_ms = 0;
  ErrorCode error_code = ErrorCode::none;
  std::vector<ConfigResource> config_resources;

  static void walk(auto& m, auto& wire) {
    wire(m.throttle_time_ms);
    wire(m.error_code);
    wire(m.config_resources);
  }
};

}  // namespace odradek::wire
