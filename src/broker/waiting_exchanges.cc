// SPDX-License-Identifier: Apache-2.0
#include "broker/waiting_exchanges.h"

#include <utility>

namespace odradek::broker {

WaitingExchanges::Number WaitingExchanges::add(const ExchangePtr& exchange) {
  Entry& entry = by_number_[++last_];
  entry.all = this;
  entry.number = last_;
  entry.exchange = exchange;
  exchange->release_frame();
  exchange->wait(&entry);
  return last_;
}

ExchangePtr WaitingExchanges::take(Number number) {
  const auto entry = by_number_.find(number);
  if (entry == by_number_.end()) return {};
  ExchangePtr exchange = std::move(entry->second.exchange);
  exchange->wait(nullptr);
  by_number_.erase(entry);
  return exchange;
}

}  // namespace odradek::broker
