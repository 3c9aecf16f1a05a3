// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.h"
#include "wire/api.h"
#include "wire/error_code.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

// Versions 0-2: v1 duration (KIP-994), v2 pattern (KIP-1152).
namespace odradek::wire {

struct ListTransactionsResponse;

struct ListTransactionsRequest {
  static constexpr Api api{.key = ApiKey::list_transactions, .versions = {0, 2}, .flexible = 0};
  using Response = ListTransactionsResponse;

  std::vector<std::string> state_filters;
  std::vector<ProducerId> producer_id_filters;
  std::int64_t duration_filter = -1;
  std::optional<std::string> transactional_id_pattern;

  static void walk(auto& m, auto& wire) {
    wire(m.state_filters);
    wire(m.producer_id_filters);
    wire(m.duration_filter, since(1));
    wire(m.transactional_id_pattern, since(2), nullable());
  }
};

struct ListTransactionsResponse {
  struct TransactionState {
    std::string transactional_id;
    ProducerId producer_id;
    std::string transaction_state;

    static void walk(auto& m, auto& wire) {
      wire(m.transactional_id);
      wire(m.producer_id);
      wire(m.transaction_state);
    }
  };

  std::int32_t throttle_time_ms = 0;
  ErrorCode error_code = ErrorCode::none;
  std::vector<std::string> unknown_state_filters;
  std::vector<TransactionState> transaction_states;

  static void walk(auto& m, auto& wire) {
    wire(m.throttle_time_ms);
    wire(m.error_code);
    wire(m.unknown_state_filters);
    wire(m.transaction_states);
  }
};

}  // namespace odradek::wire
