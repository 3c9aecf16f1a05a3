// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "broker/exchange.h"

#include <cstddef>
#include <string_view>
#include <utility>

namespace odradek::broker {

// Partitions that a request makes or deletes, against its client's controller_mutation_rate
// (KIP-599). Kafka: ControllerMutationQuotaManager.
class MutationQuota {
 public:
  static constexpr std::string_view refusal = "The throttling quota has been exceeded.";

  // Before version `first_strict` clients do not know the refusal: all is done, and they rest.
  MutationQuota(Exchange& exchange, wire::Version first_strict)
      : exchange_(exchange), is_strict_(exchange.version() >= first_strict) {}

  // What an earlier decision about the same request took counts no more: this one counts.
  void begin() { exchange_.count_towards(QuotaKind::mutation, -std::exchange(taken_, 0)); }

  // Counts partitions; false, and nothing counts, where the client has to wait:
  // THROTTLING_QUOTA_EXCEEDED.
  bool take(std::size_t partitions) {
    const auto amount = static_cast<double>(partitions);
    if (is_strict_ && exchange_.is_in_debt(QuotaKind::mutation)) return false;
    taken_ += amount;
    is_strict_ ? exchange_.count_towards(QuotaKind::mutation, amount)
               : exchange_.charge(QuotaKind::mutation, amount);
    return true;
  }

 private:
  Exchange& exchange_;
  bool is_strict_;
  double taken_ = 0;
};

}  // namespace odradek::broker
