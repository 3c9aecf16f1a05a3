// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.h"
#include "txn/coordinator.h"
#include "wire/api.h"
#include "wire/error_code.h"

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace odradek::broker {

class Node;
struct MembershipResponse;

// The question whether partitions belong to the transaction that a producer has open, or the wish
// that they do from here on (KIP-890).
struct TransactionMembership {
  std::string transactional_id;
  txn::Producer producer;
  std::vector<txn::TopicPartition> partitions;
  bool adds = false;
};

// What a client understands of the answer, by the version of its request. Kafka:
// TransactionSupportedOperation.
enum class MembershipSupport {
  old_errors,
  abortable_error,  // TRANSACTION_ABORTABLE
  adds,             // the request itself adds its partitions
};

// Of a request of this version, where its API knows the error, and adds, from these versions on.
MembershipSupport support_in(wire::Version version, wire::Version first_with_abortable_error,
                             wire::Version first_that_adds);

// Asks the coordinators of transactions, wherever they are, on behalf of the partitions that are
// led here. Kafka: AddPartitionsToTxnManager.
class TransactionMemberships {
 public:
  explicit TransactionMemberships(Node& node) : node_(node) {}

  // `told` is told of each partition, in the same order: what its client is to know of it. Now or
  // later.
  using Told = std::function<void(const std::vector<wire::ErrorCode>&)>;
  void ask(TransactionMembership membership, MembershipSupport support, Told told);
  void receive(const MembershipResponse& response);

 private:
  Node& node_;
  std::map<std::uint64_t, Told> under_way_;
  std::uint64_t last_ = 0;
};

}  // namespace odradek::broker
