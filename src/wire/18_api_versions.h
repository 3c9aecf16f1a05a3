// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "wire/api.h"
#include "wire/error_code.h"

#include <cstdint>
#include <string>
#include <vector>

// Versions 0-4: v1 throttle, v3 flexible, client software and features, v4 features from level 0.
// The response header stays at version 0, whatever the version of the body.
namespace odradek::wire {

struct ApiVersionsResponse;

struct ApiVersionsRequest {
  static constexpr Api api{.key = ApiKey::api_versions, .versions = {0, 4}, .flexible = 3};
  using Response = ApiVersionsResponse;

  std::string client_software_name;
  std::string client_software_version;

  static void walk(auto& m, auto& wire) {
    wire(m.client_software_name, since(3));
    wire(m.client_software_version, since(3));
  }
};

struct ApiVersionsResponse {
  struct ApiVersion {
    std::int16_t api_key = 0;
    std::int16_t min_version = 0;
    std::int16_t max_version = 0;

    static void walk(auto& m, auto& wire) {
      wire(m.api_key);
      wire(m.min_version);
      wire(m.max_version);
    }
  };

  struct SupportedFeatureKey {
    std::string name;
    std::int16_t min_version = 0;
    std::int16_t max_version = 0;

    static void walk(auto& m, auto& wire) {
      wire(m.name, since(3));
      wire(m.min_version, since(3));
      wire(m.max_version, since(3));
    }

    friend bool operator==(const SupportedFeatureKey&, const SupportedFeatureKey&) = default;
  };

  struct FinalizedFeatureKey {
    std::string name;
    std::int16_t max_version_level = 0;
    std::int16_t min_version_level = 0;

    static void walk(auto& m, auto& wire) {
      wire(m.name, since(3));
      wire(m.max_version_level, since(3));
      wire(m.min_version_level, since(3));
    }

    friend bool operator==(const FinalizedFeatureKey&, const FinalizedFeatureKey&) = default;
  };

  ErrorCode error_code = ErrorCode::none;
  std::vector<ApiVersion> api_keys;
  std::int32_t throttle_time_ms = 0;
  std::vector<SupportedFeatureKey> supported_features;
  std::int64_t finalized_features_epoch = -1;
  std::vector<FinalizedFeatureKey> finalized_features;
  bool zk_migration_ready = false;

  static void walk(auto& m, auto& wire) {
    wire(m.error_code);
    wire(m.api_keys);
    wire(m.throttle_time_ms, since(1));
    wire.tag(0, m.supported_features, since(3));
    wire.tag(1, m.finalized_features_epoch, since(3), std::int64_t{-1});
    wire.tag(2, m.finalized_features, since(3));
    wire.tag(3, m.zk_migration_ready, since(3));
  }
};

}  // namespace odradek::wire
