// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "broker/exchange.h"

#include <cstdint>
#include <map>

namespace odradek::broker {

// Exchanges that somebody else will answer, who knows them by number. One whose client goes away is
// forgotten: its answer comes to nothing.
class WaitingExchanges {
 public:
  using Number = std::uint64_t;

  // The request's views are not used any more.
  Number add(const ExchangePtr& exchange);
  // Null where the client is gone.
  ExchangePtr take(Number number);

 private:
  struct Entry final : Waiting {
    void abandon() override { all->by_number_.erase(number); }
    WaitingExchanges* all = nullptr;
    Number number = 0;
    ExchangePtr exchange;
  };

  std::map<Number, Entry> by_number_;
  Number last_ = 0;
};

}  // namespace odradek::broker
