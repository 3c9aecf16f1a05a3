// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.h"
#include "wire/api.h"
#include "wire/error_code.h"

#include <cstdint>
#include <string>

// Versions 0-4: v3 flexible, v4 TRANSACTION_ABORTABLE.
namespace odradek::wire {

struct AddOffsetsToTxnResponse;

struct AddOffsetsToTxnRequest {
  static constexpr Api api{.key = ApiKey::add_offsets_to_txn, .versions = {0, 4}, .flexible = 3};
  using Response = AddOffsetsToTxnResponse;

  std::string transactional_id;
  ProducerId producer_id;
  ProducerEpoch producer_epoch;
  std::string group_id;

  static void walk(auto& m, auto& wire) {
    wire(m.transactional_id);
    wire(m.producer_id);
    wire(m.producer_epoch);
    wire(m.group_id);
  }
};

struct AddOffsetsToTxnResponse {
  std::int32_t throttle_time_ms = 0;
  ErrorCode error_code = ErrorCode::none;

  static void walk(auto& m, auto& wire) {
    wire(m.throttle_time_ms);
    wire(m.error_code);
  }
};

}  // namespace odradek::wire
