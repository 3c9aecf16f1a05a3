// SPDX-License-Identifier: Apache-2.0
#include "broker/handlers/handlers.h"
#include "broker/node.h"

#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <memory>
#include <set>
#include <string>

// ListTransactions: the transactional ids that are coordinated here, all or those in some states,
// of some producers, open for some time (KIP-994), or of names like these (KIP-1152). Kafka:
// TransactionStateManager.listTransactionStates.
namespace odradek::broker {

using wire::ErrorCode;
using wire::ListTransactionsRequest;
using wire::ListTransactionsResponse;

namespace {

// Kafka knows some that no transaction here is ever in.
constexpr std::array<std::string_view, 8> known_states{
    "Empty",         "Ongoing",        "PrepareCommit", "PrepareAbort",
    "CompleteAbort", "CompleteCommit", "Dead",          "PrepareEpochFence"};

class TransactionFilter {
 public:
  TransactionFilter(const ListTransactionsRequest& request, Timestamp now)
      : duration_ms_(request.duration_filter),
        now_(now),
        states_(request.state_filters.begin(), request.state_filters.end()),
        producers_(request.producer_id_filters.begin(), request.producer_id_filters.end()) {
    const std::string pattern = request.transactional_id_pattern.value_or("");
    if (!pattern.empty()) pattern_ = std::make_unique<RE2>(pattern, RE2::Quiet);
  }

  bool is_valid() const { return !pattern_ || pattern_->ok(); }

  bool passes(const txn::Transaction& transaction) const {
    if (!producers_.empty() && !producers_.contains(transaction.producer)) return false;
    const std::string state(txn::name_of(transaction.state));
    if (!states_.empty() && !states_.contains(state)) return false;
    if (duration_ms_ >= 0 && now_ - transaction.started <= duration_ms_) return false;
    return !pattern_ || RE2::FullMatch(transaction.id, *pattern_);
  }

 private:
  std::int64_t duration_ms_;
  Timestamp now_;
  std::set<std::string> states_;  // those that are unknown let nothing pass
  std::set<ProducerId> producers_;
  std::unique_ptr<RE2> pattern_;
};

}  // namespace

void handle(const ListTransactionsRequest& request, const ExchangePtr& exchange) {
  Node& node = exchange->node();
  ListTransactionsResponse response;
  const TransactionFilter filter(request, node.now());
  const auto list = [&](const txn::Transaction& transaction) {
    if (!filter.passes(transaction)) return;
    response.transaction_states.push_back(
        {transaction.id, transaction.producer, std::string(txn::name_of(transaction.state))});
  };
  for (const std::string& state : request.state_filters) {
    const bool is_known =
        std::find(known_states.begin(), known_states.end(), state) != known_states.end();
    if (!is_known) response.unknown_state_filters.push_back(state);
  }
  if (filter.is_valid()) {
    response.error_code = node.transactions().for_each(
        [&](TransactionCoordinators::Shard& shard) { shard.coordinator.for_each(list); });
  } else {
    response.error_code = ErrorCode::invalid_regular_expression;
  }
  // An error comes alone.
  if (response.error_code != ErrorCode::none) response = {.error_code = response.error_code};
  answer<ListTransactionsRequest>(*exchange, response);
}

}  // namespace odradek::broker
