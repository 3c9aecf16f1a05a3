// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.h"
#include "wire/api.h"
#include "wire/error_code.h"

#include <cstdint>
#include <optional>
#include <string>

// Versions 0-5: v2 flexible, v3 resuming producers, v4 PRODUCER_FENCED, v5 TRANSACTION_ABORTABLE.
namespace odradek::wire {

struct InitProducerIdResponse;

struct InitProducerIdRequest {
  static constexpr Api api{.key = ApiKey::init_producer_id, .versions = {0, 5}, .flexible = 2};
  using Response = InitProducerIdResponse;

  std::optional<std::string> transactional_id;
  std::int32_t transaction_timeout_ms = 0;
  ProducerId producer_id{-1};
  ProducerEpoch producer_epoch{-1};

  static void walk(auto& m, auto& wire) {
    wire(m.transactional_id, always, nullable());
    wire(m.transaction_timeout_ms);
    wire(m.producer_id, since(3));
    wire(m.producer_epoch, since(3));
  }
};

struct InitProducerIdResponse {
  std::int32_t throttle_time_ms = 0;
  ErrorCode error_code = ErrorCode::none;
  ProducerId producer_id{-1};
  ProducerEpoch producer_epoch;

  static void walk(auto& m, auto& wire) {
    wire(m.throttle_time_ms);
    wire(m.error_code);
    wire(m.producer_id);
    wire(m.producer_epoch);
  }
};

}  // namespace odradek::wire
