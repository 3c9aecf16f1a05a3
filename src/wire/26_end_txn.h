// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.h"
#include "wire/api.h"
#include "wire/error_code.h"

#include <cstdint>
#include <string>

// Versions 0-5: v3 flexible, v4 TRANSACTION_ABORTABLE, v5 bumps the epoch (KIP-890).
namespace odradek::wire {

struct EndTxnResponse;

struct EndTxnRequest {
  static constexpr Api api{.key = ApiKey::end_txn, .versions = {0, 5}, .flexible = 3};
  using Response = EndTxnResponse;

  std::string transactional_id;
  ProducerId producer_id;
  ProducerEpoch producer_epoch;
  bool committed = false;

  static void walk(auto& m, auto& wire) {
    wire(m.transactional_id);
    wire(m.producer_id);
    wire(m.producer_epoch);
    wire(m.committed);
  }
};

struct EndTxnResponse {
  std::int32_t throttle_time_ms = 0;
  ErrorCode error_code = ErrorCode::none;
  ProducerId producer_id{-1};
  ProducerEpoch producer_epoch{-1};

  static void walk(auto& m, auto& wire) {
    wire(m.throttle_time_ms);
    wire(m.error_code);
    wire(m.producer_id, since(5));
    wire(m.producer_epoch, since(5));
  }
};

}  // namespace odradek::wire
