// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "wire/api.h"
#include "wire/error_code.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

// Versions 0-1.
namespace odradek::wire {

struct DescribeClientQuotasResponse;

struct DescribeClientQuotasRequest {
  static constexpr Api api{
      .key = ApiKey::describe_client_quotas, .versions = {0, 1}, .flexible = 1};
  using Response = DescribeClientQuotasResponse;

  struct ComponentData {
    std::string entity_type;
    std::int8_t match_type = 0;
    std::optional<std::string> match;

    static void walk(auto& m, auto& wire) {
      wire(m.entity_type);
      wire(m.match_type);
      wire(m.match, always, nullable());
    }
  };

  std::vector<ComponentData> components;
  bool strict = false;

  static void walk(auto& m, auto& wire) {
    wire(m.components);
    wire(m.strict);
  }
};

struct DescribeClientQuotasResponse {
  struct EntryData {
    struct EntityData {
      std::string entity_type;
      std::optional<std::string> entity_name;

      static void walk(auto& m, auto& wire) {
        wire(m.entity_type);
        wire(m.entity_name, always, nullable());
      }
    };

    struct ValueData {
      std::string key;
      double value = 0;

      static void walk(auto& m, auto& wire) {
        wire(m.key);
        wire(m.value);
      }
    };

    std::vector<EntityData> entity;
    std::vector<ValueData> values;

    static void walk(auto& m, auto& wire) {
      wire(m.entity);
      wire(m.values);
    }
  };

  std::int32_t throttle_time_ms = 0;
  ErrorCode error_code = ErrorCode::none;
  std::optional<std::string> error_message;
  std::optional<std::vector<EntryData>> entries;

  static void walk(auto& m, auto& wire) {
    wire(m.throttle_time_ms);
    wire(m.error_code);
    wire(m.error_message, always, nullable());
    wire(m.entries, always, nullable());
  }
};

}  // namespace odradek::wire
