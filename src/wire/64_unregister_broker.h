// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.h"
#include "wire/api.h"
#include "wire/error_code.h"

#include <cstdint>
#include <optional>
#include <string>

// Version 0.
namespace odradek::wire {

struct UnregisterBrokerResponse;

struct UnregisterBrokerRequest {
  static constexpr Api api{.key = ApiKey::unregister_broker, .versions = {0, 0}, .flexible = 0};
  using Response = UnregisterBrokerResponse;

  NodeId broker_id;

  static void walk(auto& m, auto& wire) { wire(m.broker_id); }
};

struct UnregisterBrokerResponse {
  std::int32_t throttle_time_ms = 0;
  ErrorCode error_code = ErrorCode::none;
  std::optional<std::string> error_message;

  static void walk(auto& m, auto& wire) {
    wire(m.throttle_time_ms);
    wire(m.error_code);
    wire(m.error_message, always, nullable());
  }
};

}  // namespace odradek::wire
