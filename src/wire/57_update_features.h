// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "wire/api.h"
#include "wire/error_code.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

// Versions 0-2: v1 kinds of upgrades and validate only, v2 no result for each feature.
namespace odradek::wire {

struct UpdateFeaturesResponse;

struct UpdateFeaturesRequest {
  static constexpr Api api{.key = ApiKey::update_features, .versions = {0, 2}, .flexible = 0};
  using Response = UpdateFeaturesResponse;

  struct FeatureUpdateKey {
    std::string feature;
    std::int16_t max_version_level = 0;
    bool allow_downgrade = false;
    std::int8_t upgrade_type = 1;

    static void walk(auto& m, auto& wire) {
      wire(m.feature);
      wire(m.max_version_level);
      wire(m.allow_downgrade, until(0));
      wire(m.upgrade_type, since(1));
    }
  };

  std::int32_t timeout_ms = 60000;
  std::vector<FeatureUpdateKey> feature_updates;
  bool validate_only = false;

  static void walk(auto& m, auto& wire) {
    wire(m.timeout_ms);
    wire(m.feature_updates);
    wire(m.validate_only, since(1));
  }
};

struct UpdateFeaturesResponse {
  struct UpdatableFeatureResult {
    std::string feature;
    ErrorCode error_code = ErrorCode::none;
    std::optional<std::string> error_message;

    static void walk(auto& m, auto& wire) {
      wire(m.feature);
      wire(m.error_code);
      wire(m.error_message, always, nullable());
    }
  };

  std::int32_t throttle_time_ms = 0;
  ErrorCode error_code = ErrorCode::none;
  std::optional<std::string> error_message;
  std::vector<UpdatableFeatureResult> results;

  static void walk(auto& m, auto& wire) {
    wire(m.throttle_time_ms);
    wire(m.error_code);
    wire(m.error_message, always, nullable());
    wire(m.results, until(1));
  }
};

}  // namespace odradek::wire
