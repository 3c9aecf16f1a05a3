// SPDX-License-Identifier: Apache-2.0
#include "txn/coordinator.h"

#include "base/assert.h"

#include <algorithm>
#include <utility>
#include <variant>

namespace odradek::txn {

using wire::ErrorCode;
using wire::TransactionResult;

namespace {

constexpr auto retry_delay = std::chrono::seconds(1);
constexpr std::int16_t broker_version = 2;  // of what is aborted without a client's asking

// Kafka: TransactionCoordinator.isValidProducerId.
bool may_be(const Transaction& transaction, const Producer& expected) {
  const bool is_new = transaction.epoch == none_of<ProducerEpoch>;
  // Again, after an answer was lost with which the producer got another id.
  const bool is_repeated =
      expected.id == transaction.previous_producer && expected.epoch.value >= last_epoch;
  return is_new || expected.id == transaction.producer || is_repeated;
}

// Whether somebody goes on with what he was given for the time after the ending. Kafka fences who
// ends his next transaction before the markers of the last one are written (TransactionCoordinator
// .endTransaction); with every step on the disk that would be often.
bool is_early(const Transaction& transaction, const Producer& producer) {
  if (!transaction.is_ending() || !transaction.bumps_epochs()) return false;
  const bool changes = transaction.next_producer != none_of<ProducerId>;
  const Producer next = changes ? Producer{transaction.next_producer, ProducerEpoch{0}}
                                : Producer{transaction.producer, transaction.epoch};
  return producer == next;
}

// Whether this producer may go on with the transaction of an id, which is null where there is none.
ErrorCode check_user(const Transaction* transaction, const Producer& producer) {
  if (transaction && is_early(*transaction, producer)) return ErrorCode::concurrent_transactions;
  if (!transaction || transaction->producer != producer.id) {
    return ErrorCode::invalid_producer_id_mapping;
  }
  if (transaction->epoch != producer.epoch) return ErrorCode::producer_fenced;
  return transaction->is_ending() ? ErrorCode::concurrent_transactions : ErrorCode::none;
}

// What a repeated EndTxn is told.
Coordinator::Outcome ended(const Transaction& transaction, TransactionResult wanted) {
  if (transaction.result() != wanted) return {ErrorCode::invalid_txn_state, {}};
  if (transaction.is_ending()) return {ErrorCode::concurrent_transactions, {}};
  return {ErrorCode::none, {transaction.producer, transaction.epoch}};
}

}  // namespace

Transaction* Coordinator::find_mutable(std::string_view id) {
  const auto found = transactions_.find(id);
  return found == transactions_.end() ? nullptr : &found->second;
}

const Transaction* Coordinator::find(std::string_view id) const {
  const auto found = transactions_.find(id);
  return found == transactions_.end() ? nullptr : &found->second;
}

void Coordinator::for_each(const std::function<void(const Transaction&)>& visit) const {
  for (const auto& [id, transaction] : transactions_) visit(transaction);
}

bool Coordinator::needs_producer_id(std::string_view id) const {
  const Transaction* const transaction = find(id);
  return !transaction || transaction->has_exhausted_epochs();
}

Coordinator::Outcome Coordinator::init(const Init& request, ProducerId fresh, Now now,
                                       Actions& actions) {
  Transaction* transaction = find_mutable(request.id);
  if (!transaction) {
    transaction = &transactions_[request.id];
    transaction->id = request.id;
    transaction->producer = fresh;
  }
  if (request.expected && is_early(*transaction, *request.expected)) {
    return {ErrorCode::concurrent_transactions, {}};
  }
  if (request.expected && !may_be(*transaction, *request.expected)) {
    return {ErrorCode::producer_fenced, {}};
  }
  if (transaction->is_ending()) return {ErrorCode::concurrent_transactions, {}};
  if (!transaction->is_in(State::ongoing)) {
    return restart(*transaction, request, fresh, now, actions);
  }
  fence(*transaction, fresh, now, actions);
  return {ErrorCode::concurrent_transactions, {}};
}

// Kafka: TransactionMetadata.prepareProducerIdRotation, prepareIncrementProducerEpoch.
Coordinator::Outcome Coordinator::restart(Transaction& transaction, const Init& request,
                                          ProducerId fresh, Now now, Actions& actions) {
  const auto& expected = request.expected;
  const ProducerId producer = transaction.producer;
  const ProducerEpoch epoch = transaction.epoch;
  const bool is_current = expected && expected->epoch == epoch;
  if (transaction.has_exhausted_epochs() && (!expected || is_current)) {
    transaction.producer = fresh;
    transaction.epoch = ProducerEpoch{0};
    transaction.previous_epoch = expected ? epoch : none_of<ProducerEpoch>;
  } else if (!expected || is_current || epoch == none_of<ProducerEpoch>) {
    transaction.epoch = {static_cast<std::int16_t>(epoch.value + 1)};
    transaction.previous_epoch = expected ? epoch : none_of<ProducerEpoch>;
  } else if (expected->epoch != transaction.previous_epoch) {
    return {ErrorCode::producer_fenced, {}};
  }  // else it was told already, and is again
  transaction.previous_producer = producer;
  transaction.timeout_ms = request.timeout_ms;
  transaction.state = State::empty;
  transaction.partitions.clear();
  transaction.started = Timestamp{};
  transaction.updated = now.time;
  actions.records.push_back(transaction.record());
  return {ErrorCode::none, {transaction.producer, transaction.epoch}};
}

ErrorCode Coordinator::add_partitions(const Addition& request, bool may_begin, Now now,
                                      Actions& actions) {
  const auto& [id, producer, partitions, client_version] = request;
  Transaction* const transaction = find_mutable(id);
  const ErrorCode refused = check_user(transaction, producer);
  if (refused != ErrorCode::none) return refused;
  const bool begins = !transaction->is_in(State::ongoing);
  if (begins && !may_begin) return ErrorCode::concurrent_transactions;
  const std::size_t before = transaction->partitions.size();
  transaction->partitions.insert(partitions.begin(), partitions.end());
  if (!begins && transaction->partitions.size() == before) return ErrorCode::none;
  transaction->previous_producer = transaction->producer;
  transaction->state = State::ongoing;
  transaction->updated = now.time;
  transaction->client_version = client_version;
  if (begins) {
    transaction->started = now.time;
    set_deadline(*transaction, now);
  }
  actions.records.push_back(transaction->record());
  return ErrorCode::none;
}

ErrorCode Coordinator::verify(std::string_view id, Producer producer,
                              const TopicPartition& partition) const {
  const Transaction* const transaction = find(id);
  const ErrorCode refused = check_user(transaction, producer);
  if (refused != ErrorCode::none) return refused;
  return transaction->partitions.contains(partition) ? ErrorCode::none
                                                     : ErrorCode::transaction_abortable;
}

Coordinator::Outcome Coordinator::end(const End& request, ProducerId fresh, Now now,
                                      Actions& actions) {
  Transaction* const transaction = find_mutable(request.id);
  if (!transaction) return {ErrorCode::invalid_producer_id_mapping, {}};
  if (is_early(*transaction, request.producer)) return {ErrorCode::concurrent_transactions, {}};
  return request.client_version >= first_with_epoch_bumps
             ? end_of_version_2(*transaction, request, fresh, now, actions)
             : end_of_version_1(*transaction, request, now, actions);
}

Coordinator::Outcome Coordinator::end_of_version_1(Transaction& transaction, const End& request,
                                                   Now now, Actions& actions) {
  if (transaction.producer != request.producer.id) {
    return {ErrorCode::invalid_producer_id_mapping, {}};
  }
  if (transaction.epoch != request.producer.epoch) return {ErrorCode::producer_fenced, {}};
  if (transaction.is_in(State::empty)) return {ErrorCode::invalid_txn_state, {}};
  if (!transaction.is_in(State::ongoing)) return ended(transaction, request.result);
  prepare(transaction, request, none_of<ProducerId>, now, actions);
  return {ErrorCode::none, {transaction.producer, transaction.epoch}};
}

// The epoch says which transaction is meant: the current one is that of the next, and one less that
// of the one that has just ended.
Coordinator::Outcome Coordinator::end_of_version_2(Transaction& transaction, const End& request,
                                                   ProducerId fresh, Now now, Actions& actions) {
  const Producer& producer = request.producer;
  const bool is_current = producer.epoch == transaction.epoch;
  const bool has_new_id = transaction.previous_producer == producer.id &&
                          producer.epoch.value == last_epoch && transaction.epoch.value == 0;
  const bool is_repeated = transaction.epoch.value == producer.epoch.value + 1 || has_new_id;
  if (transaction.producer != producer.id && !has_new_id) {
    return {ErrorCode::invalid_producer_id_mapping, {}};
  }
  const bool is_valid = transaction.is_ending()   ? is_repeated && !has_new_id
                        : transaction.has_ended() ? is_repeated || is_current
                                                  : is_current;
  if (!is_valid) return {ErrorCode::producer_fenced, {}};
  if (is_repeated && !is_current) return ended(transaction, request.result);
  // One without partitions may be aborted, for the sake of its epoch.
  const bool may_end =
      transaction.is_in(State::ongoing) || request.result == TransactionResult::abort;
  if (!may_end) return {ErrorCode::invalid_txn_state, {}};
  prepare(transaction, request, fresh, now, actions);
  // What the client goes on with, as soon as the markers are written.
  const bool changes = transaction.next_producer != none_of<ProducerId>;
  const Producer next{transaction.next_producer, ProducerEpoch{0}};
  return {ErrorCode::none, changes ? next : Producer{transaction.producer, transaction.epoch}};
}

void Coordinator::fence(Transaction& transaction, ProducerId fresh, Now now, Actions& actions) {
  const End abort{.id = transaction.id,
                  .producer = {transaction.producer, transaction.epoch},
                  .result = TransactionResult::abort,
                  .client_version = broker_version};
  prepare(transaction, abort, fresh, now, actions);
}

// Kafka: TransactionMetadata.prepareAbortOrCommit.
void Coordinator::prepare(Transaction& transaction, const End& decided, ProducerId fresh, Now now,
                          Actions& actions) {
  const bool begins = !transaction.is_in(State::ongoing);
  const bool commits = decided.result == TransactionResult::commit;
  transaction.previous_producer = transaction.producer;
  transaction.client_version = decided.client_version;
  transaction.next_producer = none_of<ProducerId>;
  if (transaction.bumps_epochs()) {
    if (transaction.has_exhausted_epochs()) transaction.next_producer = fresh;
    transaction.previous_epoch = transaction.epoch;
    // Above the last there is one, to fence it.
    const auto bumped = std::min<std::int16_t>(transaction.epoch.value, last_epoch) + 1;
    transaction.epoch = {static_cast<std::int16_t>(bumped)};
  }
  transaction.state = commits ? State::prepare_commit : State::prepare_abort;
  clear_deadline(transaction);
  transaction.updated = now.time;
  if (begins) {
    transaction.started = now.time;
    transaction.partitions.clear();
  }
  actions.records.push_back(transaction.record());
  if (transaction.partitions.empty()) return complete(transaction, now, actions);
  actions.endings.push_back(ending_of(transaction));
}

Ending Coordinator::ending_of(const Transaction& transaction) {
  return {transaction.id,
          {transaction.producer, transaction.epoch},
          transaction.result(),
          transaction.client_version,
          {transaction.partitions.begin(), transaction.partitions.end()}};
}

void Coordinator::marker_written(std::string_view id, Producer producer,
                                 const TopicPartition& partition, Now now, Actions& actions) {
  Transaction* const transaction = find_mutable(id);
  const bool is_current = transaction && transaction->is_ending() &&
                          Producer{transaction->producer, transaction->epoch} == producer;
  if (!is_current) return;
  transaction->partitions.erase(partition);
  if (transaction->partitions.empty()) complete(*transaction, now, actions);
}

// Kafka: TransactionMetadata.prepareComplete.
void Coordinator::complete(Transaction& transaction, Now now, Actions& actions) {
  const bool commits = transaction.is_in(State::prepare_commit);
  transaction.state = commits ? State::complete_commit : State::complete_abort;
  transaction.previous_producer = transaction.producer;
  if (transaction.next_producer != none_of<ProducerId>) {
    transaction.producer = std::exchange(transaction.next_producer, none_of<ProducerId>);
    transaction.epoch = ProducerEpoch{0};
  }
  transaction.updated = now.time;
  actions.records.push_back(transaction.record());
}

void Coordinator::set_deadline(Transaction& transaction, Now now) {
  const auto left = transaction.started + transaction.timeout_ms - now.time;
  transaction.deadline = now.steady + std::chrono::milliseconds(std::max<std::int64_t>(0, left));
  deadlines_.emplace(transaction.deadline, transaction.id);
  ++open_count_;
}

void Coordinator::clear_deadline(Transaction& transaction) {
  if (transaction.deadline == never) return;
  --open_count_;
  deadlines_.erase({transaction.deadline, transaction.id});
  transaction.deadline = never;
}

std::optional<TimePoint> Coordinator::wake_up() const {
  if (deadlines_.empty()) return std::nullopt;
  return deadlines_.begin()->first;
}

std::vector<std::string> Coordinator::take_expired(Now now) {
  std::vector<std::string> ids;
  for (; !deadlines_.empty() && deadlines_.begin()->first <= now.steady;
       deadlines_.erase(deadlines_.begin())) {
    ids.push_back(deadlines_.begin()->second);
  }
  return ids;
}

void Coordinator::abort_expired(std::string_view id, ProducerId fresh, Now now, Actions& actions) {
  Transaction* const transaction = find_mutable(id);
  if (!transaction || transaction->deadline > now.steady) return;
  if (transaction->has_exhausted_epochs() && fresh == none_of<ProducerId>) {
    transaction->deadline = now.steady + retry_delay;
    deadlines_.emplace(transaction->deadline, transaction->id);
    return;
  }
  fence(*transaction, fresh, now, actions);
}

void Coordinator::clean_up(Timestamp now, Actions& actions) {
  const Timestamp limit = now + -config_.id_expiration.count();
  std::erase_if(transactions_, [&](const auto& each) {
    const Transaction& transaction = each.second;
    const bool is_idle = transaction.is_in(State::empty) || transaction.has_ended();
    if (!is_idle || transaction.updated > limit) return false;
    actions.records.push_back(tombstone_of({transaction.id}));
    return true;
  });
}

bool Coordinator::replay(Bytes key, const std::optional<Bytes>& value) {
  auto record = decode_record(key, value);
  if (!record) return false;
  auto* const known = std::get_if<TransactionRecord>(&*record);
  if (!known) return true;
  if (!known->value) {
    transactions_.erase(known->key.transactional_id);
    return true;
  }
  const auto status = known->value->transaction_status;
  if (status < 0 || status > static_cast<std::int8_t>(State::complete_abort)) return false;
  const std::string id = known->key.transactional_id;
  transactions_.insert_or_assign(id, Transaction::from(id, *known->value));
  return true;
}

void Coordinator::finish_replay(Now now, Actions& actions) {
  for (auto& [id, transaction] : transactions_) {
    if (transaction.is_in(State::ongoing)) set_deadline(transaction, now);
    if (!transaction.is_ending()) continue;
    if (transaction.partitions.empty()) {
      complete(transaction, now, actions);
    } else {
      actions.endings.push_back(ending_of(transaction));
    }
  }
}

void Coordinator::check() const {
  std::size_t open = 0;
  for (const auto& [id, transaction] : transactions_) {
    ASSERT(id == transaction.id);
    ASSERT(transaction.producer != none_of<ProducerId>);
    ASSERT((transaction.deadline == never) == !transaction.is_in(State::ongoing));
    ASSERT(transaction.partitions.empty() || transaction.is_in(State::ongoing) ||
           transaction.is_ending());
    ASSERT(transaction.next_producer == none_of<ProducerId> || transaction.is_ending());
    open += transaction.is_in(State::ongoing);
  }
  ASSERT(open == open_count_);
}

}  // namespace odradek::txn
