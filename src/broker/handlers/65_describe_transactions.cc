// SPDX-License-Identifier: Apache-2.0
#include "broker/handlers/handlers.h"
#include "broker/node.h"

// DescribeTransactions: what is known of transactional ids that are coordinated here (KIP-664).
// Kafka: TransactionCoordinator.handleDescribeTransactions.
namespace odradek::broker {

using wire::DescribeTransactionsRequest;
using wire::DescribeTransactionsResponse;
using wire::ErrorCode;

namespace {

using State = DescribeTransactionsResponse::TransactionState;

void describe(const txn::Transaction& transaction, State& state) {
  state.transaction_state = txn::name_of(transaction.state);
  state.transaction_timeout_ms = transaction.timeout_ms;
  state.transaction_start_time_ms = transaction.started.value;
  state.producer_id = transaction.producer;
  state.producer_epoch = transaction.epoch;
  for (const auto& [topic, partition] : transaction.partitions) {  // in the order of topics
    const bool is_new = state.topics.empty() || state.topics.back().topic != topic;
    if (is_new) state.topics.push_back({topic, {}});
    state.topics.back().partitions.push_back(partition);
  }
}

State describe(TransactionCoordinators& transactions, const std::string& id) {
  State state;
  state.transactional_id = id;
  const auto found = transactions.find(id);
  state.error_code = found.error;
  if (!found.shard) return state;
  const txn::Transaction* const transaction = found.shard->coordinator.find(id);
  if (!transaction) {
    state.error_code = ErrorCode::transactional_id_not_found;
    return state;
  }
  describe(*transaction, state);
  return state;
}

}  // namespace

void handle(const DescribeTransactionsRequest& request, const ExchangePtr& exchange) {
  DescribeTransactionsResponse response;
  for (const std::string& id : request.transactional_ids) {
    response.transaction_states.push_back(describe(exchange->node().transactions(), id));
  }
  answer<DescribeTransactionsRequest>(*exchange, response);
}

}  // namespace odradek::broker
