// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "wire/api.h"
#include "wire/error_code.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

// Versions 0-4: v1 sources and synonyms, v3 types and documentation, v4 flexible.
namespace odradek::wire {

struct DescribeConfigsResponse;

struct DescribeConfigsRequest {
  static constexpr Api api{.key = ApiKey::describe_configs, .versions = {0, 4}, .flexible = 4};
  using Response = DescribeConfigsResponse;

  struct DescribeConfigsResource {
    std::int8_t resource_type = 0;
    std::string resource_name;
    std::optional<std::vector<std::string>> configuration_keys;

    static void walk(auto& m, auto& wire) {
      wire(m.resource_type);
      wire(m.resource_name);
      wire(m.configuration_keys, always, nullable());
    }
  };

  std::vector<DescribeConfigsResource> resources;
  bool include_synonyms = false;
  bool include_documentation = false;

  static void walk(auto& m, auto& wire) {
    wire(m.resources);
    wire(m.include_synonyms, since(1));
    wire(m.include_documentation, since(3));
  }
};

struct DescribeConfigsResponse {
  struct DescribeConfigsResult {
    struct DescribeConfigsResourceResult {
      struct DescribeConfigsSynonym {
        std::string name;
        std::optional<std::string> value;
        std::int8_t source = 0;

        static void walk(auto& m, auto& wire) {
          wire(m.name, since(1));
          wire(m.value, since(1), nullable());
          wire(m.source, since(1));
        }
      };

      std::string name;
      std::optional<std::string> value;
      bool read_only = false;
      bool is_default = false;
      std::int8_t config_source = -1;
      bool is_sensitive = false;
      std::vector<DescribeConfigsSynonym> synonyms;
      std::int8_t config_type = 0;
      std::optional<std::string> documentation;

      static void walk(auto& m, auto& wire) {
        wire(m.name);
        wire(m.value, always, nullable());
        wire(m.read_only);
        wire(m.is_default, until(0));
        wire(m.config_source, since(1));
        wire(m.is_sensitive);
        wire(m.synonyms, since(1));
        wire(m.config_type, since(3));
        wire(m.documentation, since(3), nullable());
      }
    };

    ErrorCode error_code = ErrorCode::none;
    std::optional<std::string> error_message;
    std::int8_t resource_type = 0;
    std::string resource_name;
    std::vector<DescribeConfigsResourceResult> configs;

    static void walk(auto& m, auto& wire) {
      wire(m.error_code);
      wire(m.error_message, always, nullable());
      wire(m.resource_type);
      wire(m.resource_name);
      wire(m.configs);
    }
  };

  std::int32_t throttle_time_ms = 0;
  std::vector<DescribeConfigsResult> results;

  static void walk(auto& m, auto& wire) {
    wire(m.throttle_time_ms);
    wire(m.results);
  }
};

}  // namespace odradek::wire
