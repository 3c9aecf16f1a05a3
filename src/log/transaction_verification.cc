// SPDX-License-Identifier: Apache-2.0
#include "log/transaction_verification.h"

#include <algorithm>

namespace odradek::log {

VerificationGuard TransactionVerifications::begin(ProducerId producer, ProducerEpoch epoch,
                                                  std::int32_t sequence, bool bumps_epochs,
                                                  Timestamp now) {
  const auto [found, is_new] = entries_.try_emplace(producer);
  Entry& entry = found->second;
  if (is_new) {
    entry = {{++last_}, sequence, epoch, bumps_epochs, now};
  } else if (epoch > entry.epoch) {
    entry.epoch = epoch;
    entry.lowest_sequence = sequence;
  } else if (epoch == entry.epoch) {
    entry.lowest_sequence = std::min(entry.lowest_sequence, sequence);
  }
  return entry.guard;
}

const TransactionVerifications::Entry* TransactionVerifications::find(ProducerId producer) const {
  const auto found = entries_.find(producer);
  return found == entries_.end() ? nullptr : &found->second;
}

void TransactionVerifications::expire(Timestamp limit) {
  std::erase_if(entries_, [&](const auto& each) { return each.second.began < limit; });
}

}  // namespace odradek::log
