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

struct AlterClientQuotasResponse;

struct AlterClientQuotasRequest {
  static constexpr Api api{.key = ApiKey::alter_client_quotas, .versions = {0, 1}, .flexible = 1};
  using Response = AlterClientQuotasResponse;

  struct EntryData {
    struct EntityData {
      std::string entity_type;
      std::optional<std::string> entity_name;

      static void walk(auto& m, auto& wire) {
        wire(m.entity_type);
        wire(m.entity_name, always, nullable());
      }
    };

    struct OpData {
      std::string key;
      double value = 0;
      bool remove = false;

      static void walk(auto& m, auto& wire) {
        wire(m.key);
        wire(m.value);
        wire(m.remove);
      }
    };

    std::vector<EntityData> entity;
    std::vector<OpData> ops;

    static void walk(auto& m, auto& wire) {
      wire(m.entity);
      wire(m.ops);
    }
  };

  std::vector<EntryData> entries;
  bool validate_only = false;

  static void walk(auto& m, auto& wire) {
    wire(m.entries);
    wire(m.validate_only);
  }
};

struct AlterClientQuotasResponse {
  struct EntryData {
    struct EntityData {
      std::string entity_type;
      std::optional<std::string> entity_name;

      static void walk(auto& m, auto& wire) {
        wire(m.entity_type);
        wire(m.entity_name, always, nullable());
      }
    };

    ErrorCode error_code = ErrorCode::none;
    std::optional<std::string> error_message;
    std::vector<EntityData> entity;

    static void walk(auto& m, auto& wire) {
      wire(m.error_code);
      wire(m.error_message, always, nullable());
      wire(m.entity);
    }
  };

  std::int32_t throttle_time_ms = 0;
  std::vector<EntryData> entries;

  static void walk(auto& m, auto& wire) {
    wire(m.throttle_time_ms);
    wire(m.entries);
  }
};

}  // namespace odradek::wire
