// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.h"

#include <cstdint>
#include <unordered_map>

namespace odradek::log {

// Says that a partition was found to belong to a transaction. It is worth nothing any more once
// that transaction has ended here, or a record of it was appended. Kafka: VerificationGuard.
struct VerificationGuard {
  std::uint64_t number = 0;  // 0: nobody was asked
  friend bool operator==(const VerificationGuard&, const VerificationGuard&) = default;
};

// The producers of a partition whose transaction the coordinator is asked about before their first
// record is appended (KIP-890, part 1). Kafka: VerificationStateEntry.
class TransactionVerifications {
 public:
  struct Entry {
    VerificationGuard guard;
    // The smallest of the batches that wait, in the newest epoch: one behind it must not be first.
    std::int32_t lowest_sequence = 0;
    ProducerEpoch epoch;
    bool bumps_epochs = false;  // transactions of version 2
    Timestamp began;
  };

  // A batch waits for the coordinator's word. All that wait at once have the same guard.
  VerificationGuard begin(ProducerId producer, ProducerEpoch epoch, std::int32_t sequence,
                          bool bumps_epochs, Timestamp now);
  // Null where nobody waits.
  const Entry* find(ProducerId producer) const;
  void end(ProducerId producer) { entries_.erase(producer); }
  void expire(Timestamp limit);
  void clear() { entries_.clear(); }

 private:
  std::unordered_map<ProducerId, Entry> entries_;
  std::uint64_t last_ = 0;
};

}  // namespace odradek::log
