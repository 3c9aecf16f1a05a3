// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "wire/api.h"
#include "wire/error_code.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

// Version 0.
namespace odradek::wire {

struct DescribeUserScramCredentialsResponse;

struct DescribeUserScramCredentialsRequest {
  static constexpr Api api{
      .key = ApiKey::describe_user_scram_credentials, .versions = {0, 0}, .flexible = 0};
  using Response = DescribeUserScramCredentialsResponse;

  struct UserName {
    std::string name;

    static void walk(auto& m, auto& wire) { wire(m.name); }
  };

  std::optional<std::vector<UserName>> users;

  static void walk(auto& m, auto& wire) { wire(m.users, always, nullable()); }
};

struct DescribeUserScramCredentialsResponse {
  struct DescribeUserScramCredentialsResult {
    struct CredentialInfo {
      std::int8_t mechanism = 0;
      std::int32_t iterations = 0;

      static void walk(auto& m, auto& wire) {
        wire(m.mechanism);
        wire(m.iterations);
      }
    };

    std::string user;
    ErrorCode error_code = ErrorCode::none;
    std::optional<std::string> error_message;
    std::vector<CredentialInfo> credential_infos;

    static void walk(auto& m, auto& wire) {
      wire(m.user);
      wire(m.error_code);
      wire(m.error_message, always, nullable());
      wire(m.credential_infos);
    }
  };

  std::int32_t throttle_time_ms = 0;
  ErrorCode error_code = ErrorCode::none;
  std::optional<std::string> error_message;
  std::vector<DescribeUserScramCredentialsResult> results;

  static void walk(auto& m, auto& wire) {
    wire(m.throttle_time_ms);
    wire(m.error_code);
    wire(m.error_message, always, nullable());
    wire(m.results);
  }
};

}  // namespace odradek::wire
