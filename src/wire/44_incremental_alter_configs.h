// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "wire/api.h"
#include "wire/error_code.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

// Versions 0-1: v1 flexible.
namespace odradek::wire {

struct IncrementalAlterConfigsResponse;

struct IncrementalAlterConfigsRequest {
  static constexpr Api api{
      .key = ApiKey::incremental_alter_configs, .versions = {0, 1}, .flexible = 1};
  using Response = IncrementalAlterConfigsResponse;

  struct AlterConfigsResource {
    struct AlterableConfig {
      std::string name;
      std::int8_t config_operation = 0;
      std::optional<std::string> value;

      static void walk(auto& m, auto& wire) {
        wire(m.name);
        wire(m.config_operation);
        wire(m.value, always, nullable());
      }
    };

    std::int8_t resource_type = 0;
    std::string resource_name;
    std::vector<AlterableConfig> configs;

    static void walk(auto& m, auto& wire) {
      wire(m.resource_type);
      wire(m.resource_name);
      wire(m.configs);
    }
  };

  std::vector<AlterConfigsResource> resources;
  bool validate_only = false;

  static void walk(auto& m, auto& wire) {
    wire(m.resources);
    wire(m.validate_only);
  }
};

struct IncrementalAlterConfigsResponse {
  struct AlterConfigsResourceResponse {
    ErrorCode error_code = ErrorCode::none;
    std::optional<std::string> error_message;
    std::int8_t resource_type = 0;
    std::string resource_name;

    static void walk(auto& m, auto& wire) {
      wire(m.error_code);
      wire(m.error_message, always, nullable());
      wire(m.resource_type);
      wire(m.resource_name);
    }
  };

  std::int32_t throttle_time_ms = 0;
  std::vector<AlterConfigsResourceResponse> responses;

  static void walk(auto& m, auto& wire) {
    wire(m.throttle_time_ms);
    wire(m.responses);
  }
};

}  // namespace odradek::wire
