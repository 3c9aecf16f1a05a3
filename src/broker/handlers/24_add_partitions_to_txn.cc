// SPDX-License-Identifier: Apache-2.0
#include "broker/client_errors.h"
#include "broker/handlers/handlers.h"
#include "broker/node.h"
#include "meta/topic_name.h"

#include <memory>
#include <utility>

// AddPartitionsToTxn: from a client, for its one transaction; from version 4 on from brokers, for
// many, some of them only to be verified. Kafka: KafkaApis.handleAddPartitionsToTxnRequest.
namespace odradek::broker {

using wire::AddPartitionsToTxnRequest;
using wire::AddPartitionsToTxnResponse;
using wire::ErrorCode;

namespace {

constexpr wire::Version first_with_many = 4;
constexpr wire::Version first_add_with_producer_fenced = 2;

using Transaction = AddPartitionsToTxnRequest::AddPartitionsToTxnTransaction;
using Topics = std::vector<AddPartitionsToTxnRequest::AddPartitionsToTxnTopic>;
using TopicResult = AddPartitionsToTxnResponse::AddPartitionsToTxnTopicResult;
using Errors = std::vector<ErrorCode>;

// What became of one transaction.
struct TransactionOutcome {
  Errors errors;  // of its partitions
  // Whether topics that were named without partitions are in the answer: they are where all
  // partitions fare alike (AddPartitionsToTxnRequest.errorResponseForTransaction).
  bool has_all_topics = false;
};

// Transactions that are answered each in its own time, and together.
struct Answering {
  ExchangePtr exchange;
  std::vector<Transaction> transactions;
  std::vector<TransactionOutcome> outcomes;
  std::size_t left = 0;

  void finished(std::size_t index, TransactionOutcome outcome) {
    outcomes[index] = std::move(outcome);
    if (--left == 0) send();
  }

  void send() {
    const bool has_many = exchange->version() >= first_with_many;
    AddPartitionsToTxnResponse response;
    for (std::size_t i = 0; i < transactions.size(); ++i) {
      auto topics = results(transactions[i].topics, outcomes[i]);
      if (has_many) {
        response.results_by_transaction.push_back(
            {transactions[i].transactional_id, std::move(topics)});
      } else {
        response.results_by_topic = std::move(topics);
      }
    }
    answer<AddPartitionsToTxnRequest>(*exchange, response);
  }

  std::vector<TopicResult> results(const Topics& topics, const TransactionOutcome& outcome) const {
    std::vector<TopicResult> all;
    std::size_t next = 0;
    for (const auto& topic : topics) {
      if (topic.partitions.empty() && !outcome.has_all_topics) continue;
      auto& result = all.emplace_back(TopicResult{topic.name, {}});
      for (const PartitionId partition : topic.partitions) {
        const ErrorCode error =
            or_invalid_epoch(outcome.errors[next++], *exchange, first_add_with_producer_fenced);
        result.results_by_partition.push_back({partition, error});
      }
    }
    return all;
  }
};

std::vector<txn::TopicPartition> partitions_of(const Transaction& transaction) {
  std::vector<txn::TopicPartition> partitions;
  for (const auto& topic : transaction.topics) {
    for (const PartitionId partition : topic.partitions) {
      partitions.push_back({topic.name, partition});
    }
  }
  return partitions;
}

// A client adds no partition of an internal topic: AddOffsetsToTxn is for that.
ErrorCode check(const meta::CatalogueView& view, const txn::TopicPartition& partition,
                bool is_client) {
  if (is_client && meta::is_internal_topic(partition.topic)) {
    return ErrorCode::topic_authorization_failed;
  }
  return view.has(partition.topic, partition.partition) ? ErrorCode::none
                                                        : ErrorCode::unknown_topic_or_partition;
}

// All or nothing: where one of them cannot be added, nothing is attempted for the others. Empty
// where all can be.
Errors check_all(const meta::CatalogueView& view,
                 const std::vector<txn::TopicPartition>& partitions, bool is_client) {
  Errors errors;
  bool are_wrong = false;
  for (const txn::TopicPartition& partition : partitions) {
    const ErrorCode error = check(view, partition, is_client);
    are_wrong = are_wrong || error != ErrorCode::none;
    errors.push_back(error != ErrorCode::none ? error : ErrorCode::operation_not_attempted);
  }
  return are_wrong ? errors : Errors{};
}

void begin(const std::shared_ptr<Answering>& answering, std::size_t index) {
  const Transaction& transaction = answering->transactions[index];
  Node& node = answering->exchange->node();
  auto partitions = partitions_of(transaction);
  const bool has_many = answering->exchange->version() >= first_with_many;
  if (auto wrong = check_all(node.view(), partitions, !has_many); !wrong.empty()) {
    return answering->finished(index, {std::move(wrong), false});
  }
  TransactionMembership membership{transaction.transactional_id,
                                   {transaction.producer_id, transaction.producer_epoch},
                                   std::move(partitions),
                                   !transaction.verify_only};
  if (transaction.verify_only) {
    return answering->finished(index, {node.transactions().verify(membership), false});
  }
  const std::size_t count = membership.partitions.size();
  const std::int16_t client_version = has_many ? txn::first_with_epoch_bumps : std::int16_t{0};
  node.transactions().add_partitions({transaction.transactional_id, membership.producer,
                                      std::move(membership.partitions), client_version},
                                     [answering, index, count](ErrorCode error) {
                                       answering->finished(index, {Errors(count, error), true});
                                     });
}

}  // namespace

void handle(const AddPartitionsToTxnRequest& request, const ExchangePtr& exchange) {
  const auto answering = std::make_shared<Answering>();
  answering->exchange = exchange;
  answering->transactions = request.transactions;
  if (exchange->version() < first_with_many) {
    answering->transactions = {{request.transactional_id, request.producer_id,
                                request.producer_epoch, false, request.topics}};
  }
  answering->left = answering->transactions.size();
  answering->outcomes.resize(answering->left);
  if (answering->left == 0) return answering->send();
  for (std::size_t i = 0; i < answering->transactions.size(); ++i) begin(answering, i);
}

}  // namespace odradek::broker
