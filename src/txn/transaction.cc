// SPDX-License-Identifier: Apache-2.0
#include "txn/transaction.h"

#include <utility>

namespace odradek::txn {

std::string_view name_of(State state) {
  switch (state) {
    case State::empty:
      return "Empty";
    case State::ongoing:
      return "Ongoing";
    case State::prepare_commit:
      return "PrepareCommit";
    case State::prepare_abort:
      return "PrepareAbort";
    case State::complete_commit:
      return "CompleteCommit";
    case State::complete_abort:
      return "CompleteAbort";
  }
  return "";
}

Transaction Transaction::from(std::string id, const TransactionLogValue& value) {
  Transaction made;
  made.id = std::move(id);
  made.producer = value.producer_id;
  made.previous_producer = value.previous_producer_id;
  made.next_producer = value.next_producer_id;
  made.epoch = value.producer_epoch;
  made.timeout_ms = value.transaction_timeout_ms;
  made.state = static_cast<State>(value.transaction_status);
  made.started = value.transaction_start_timestamp;
  made.updated = value.transaction_last_update_timestamp;
  made.client_version = value.client_transaction_version;
  if (!value.transaction_partitions) return made;
  for (const auto& topic : *value.transaction_partitions) {
    for (const PartitionId partition : topic.partition_ids) {
      made.partitions.insert({topic.topic, partition});
    }
  }
  return made;
}

Record Transaction::record() const {
  TransactionLogValue value;
  value.producer_id = producer;
  value.previous_producer_id = previous_producer;
  value.next_producer_id = next_producer;
  value.producer_epoch = epoch;
  value.transaction_timeout_ms = timeout_ms;
  value.transaction_status = static_cast<std::int8_t>(state);
  value.transaction_last_update_timestamp = updated;
  value.transaction_start_timestamp = started;
  value.client_transaction_version = client_version;
  if (is_in(State::empty)) return record_of({id}, value);
  auto& topics = value.transaction_partitions.emplace();
  for (const TopicPartition& each : partitions) {
    if (topics.empty() || topics.back().topic != each.topic) topics.push_back({each.topic, {}});
    topics.back().partition_ids.push_back(each.partition);
  }
  return record_of({id}, value);
}

}  // namespace odradek::txn
