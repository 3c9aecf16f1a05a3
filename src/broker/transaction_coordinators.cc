// SPDX-License-Identifier: Apache-2.0
#include "broker/transaction_coordinators.h"

#include "broker/internal_topics.h"
#include "broker/node.h"

#include <spdlog/spdlog.h>

#include <memory>
#include <utility>

namespace odradek::broker {

using std::chrono::milliseconds;
using wire::ErrorCode;

namespace {

txn::TransactionConfig transaction_config_of(const BrokerOptions& options) {
  return {milliseconds{*options.transaction_max_timeout_ms},
          milliseconds{*options.transactional_id_expiration_ms}};
}

// Those that add partitions by the requests that use them are of version 2.
constexpr std::int16_t version_that_adds = txn::first_with_epoch_bumps;

}  // namespace

TransactionCoordinators::TransactionCoordinators(Node& node)
    : node_(node),
      config_(transaction_config_of(node.options())),
      shards_(node, {transaction_state,
                     milliseconds{*node.options().transaction_remove_expired_interval_ms},
                     [this](PartitionId id) { return std::make_unique<Shard>(*this, id); }}),
      markers_(node, [this](const MarkerSender::Source& source,
                            const txn::Ending& ending) { markers_written(source, ending); }),
      waits_(node.loop(), milliseconds{*node.options().add_partitions_to_txn_retry_backoff_max_ms},
             [this](const std::function<void()>& work) {
               const Node::Turn turn(node_);
               work();
               node_.commit();
             }) {}

Now TransactionCoordinators::now() const { return {Clock::now(), node_.now()}; }

TransactionCoordinators::Shards::Found TransactionCoordinators::find(
    std::string_view transactional_id) {
  if (transactional_id.empty()) return {.error = ErrorCode::invalid_request};
  return shards_.find(transactional_id);
}

void TransactionCoordinators::init(txn::Coordinator::Init request, Decided decided) {
  if (!request.id.empty() && !config_.allows(milliseconds{request.timeout_ms})) {
    return decided({ErrorCode::invalid_transaction_timeout, {}});
  }
  const std::string id = request.id;
  decide(
      id,
      [this, request = std::move(request)](txn::Coordinator& coordinator, ProducerId fresh,
                                           txn::Actions& actions) {
        return coordinator.init(request, fresh, now(), actions);
      },
      std::move(decided));
}

void TransactionCoordinators::end(txn::Coordinator::End request, Decided decided) {
  const std::string id = request.id;
  decide(
      id,
      [this, request = std::move(request)](txn::Coordinator& coordinator, ProducerId fresh,
                                           txn::Actions& actions) {
        return coordinator.end(request, fresh, now(), actions);
      },
      std::move(decided));
}

void TransactionCoordinators::decide(const std::string& id, Decide decide, Decided decided) {
  const auto [shard, error] = find(id);
  if (!shard) return decided({error, {}});
  if (!shard->coordinator.needs_producer_id(id)) {
    return decide_now(id, decide, none_of<ProducerId>, std::move(decided));
  }
  node_.producer_ids().take([this, id, decide = std::move(decide),
                             decided = std::move(decided)](const Result<ProducerId>& taken) {
    if (!taken) return decided({ErrorCode::coordinator_load_in_progress, {}});
    decide_now(id, decide, *taken, decided);
  });
}

void TransactionCoordinators::decide_now(const std::string& id, const Decide& decide,
                                         ProducerId fresh, Decided decided) {
  const auto [shard, error] = find(id);  // it may have gone while the producer id came
  if (!shard) return decided({error, {}});
  txn::Actions actions;
  const Outcome outcome = decide(shard->coordinator, fresh, actions);
  carry_out(*shard, std::move(actions), [outcome, decided = std::move(decided)](bool is_written) {
    decided(is_written ? outcome : Outcome{ErrorCode::not_coordinator, {}});
  });
}

void TransactionCoordinators::add_partitions(Addition addition, Added added) {
  if (try_to_add(addition, added) != ErrorCode::concurrent_transactions) return;
  const std::string id = addition.id;
  waits_.add(id, [this, addition = std::move(addition), added = std::move(added)](bool has_ended) {
    const bool is_over =
        !has_ended || try_to_add(addition, added) == ErrorCode::concurrent_transactions;
    if (is_over) added(ErrorCode::concurrent_transactions);
  });
}

// Tells of everything but CONCURRENT_TRANSACTIONS.
ErrorCode TransactionCoordinators::try_to_add(const Addition& addition, const Added& added) {
  const auto [shard, error] = find(addition.id);
  if (!shard) {
    added(error);
    return error;
  }
  txn::Actions actions;
  const ErrorCode refused =
      shard->coordinator.add_partitions(addition, may_begin(), now(), actions);
  if (refused == ErrorCode::concurrent_transactions) return refused;
  carry_out(*shard, std::move(actions), [added, refused](bool is_written) {
    added(is_written ? refused : ErrorCode::not_coordinator);
  });
  return refused;
}

bool TransactionCoordinators::may_begin() {
  std::size_t open = 0;
  shards_.for_each_loaded([&open](Shard& shard) { open += shard.coordinator.open_count(); });
  return open < static_cast<std::size_t>(*node_.options().max_open_transactions);
}

std::vector<ErrorCode> TransactionCoordinators::verify(const TransactionMembership& membership) {
  const auto [shard, error] = find(membership.transactional_id);
  std::vector<ErrorCode> errors;
  for (const txn::TopicPartition& partition : membership.partitions) {
    errors.push_back(shard ? shard->coordinator.verify(membership.transactional_id,
                                                       membership.producer, partition)
                           : error);
  }
  return errors;
}

void TransactionCoordinators::answer(TransactionMembership membership,
                                     TransactionMemberships::Told told) {
  if (!membership.adds) return told(verify(membership));
  const std::size_t count = membership.partitions.size();
  add_partitions({std::move(membership.transactional_id), membership.producer,
                  std::move(membership.partitions), version_that_adds},
                 [told = std::move(told), count](ErrorCode error) {
                   told({count, error});
                 });
}

void TransactionCoordinators::carry_out(Shard& shard, txn::Actions actions,
                                        std::function<void(bool is_written)> then) {
  shards_.watch(shard);
  const MarkerSender::Source source{shard.id,
                                    {shards_.partition_of(shard.id)->leader_epoch().value}};
  shards_.append(shard, actions.records,
                 [this, source, endings = std::move(actions.endings),
                  then = std::move(then)](bool is_written) {
                   then(is_written);
                   if (!is_written) return;
                   for (const txn::Ending& ending : endings) markers_.send(source, ending);
                 });
}

void TransactionCoordinators::markers_written(const MarkerSender::Source& source,
                                              const txn::Ending& ending) {
  const auto [shard, error] = shards_.find(source.shard);
  if (!shard) return;
  txn::Actions actions;
  for (const txn::TopicPartition& partition : ending.partitions) {
    shard->coordinator.marker_written(ending.id, ending.producer, partition, now(), actions);
  }
  if (actions.records.empty()) return;  // there are more to be written
  carry_out(*shard, std::move(actions), [](bool) {});
  waits_.ended(ending.id);
}

void TransactionCoordinators::abort_expired(const std::string& id) {
  const auto abort = [this, id](ProducerId fresh) {
    const auto [shard, error] = find(id);
    if (!shard) return;
    txn::Actions actions;
    shard->coordinator.abort_expired(id, fresh, now(), actions);
    carry_out(*shard, std::move(actions), [](bool) {});
  };
  const auto [shard, error] = find(id);
  if (!shard) return;  // the one before could not be written
  if (!shard->coordinator.needs_producer_id(id)) return abort(none_of<ProducerId>);
  node_.producer_ids().take(
      [abort](const Result<ProducerId>& taken) { abort(taken ? *taken : none_of<ProducerId>); });
}

void TransactionCoordinators::follow_catalogue() {
  shards_.follow_catalogue();
  markers_.follow_catalogue();
}

void TransactionCoordinators::stop() {
  shards_.stop();
  markers_.stop();
  waits_.stop();
}

TransactionCoordinators::Shard::Shard(TransactionCoordinators& all, PartitionId partition)
    : CoordinatorShard(partition), coordinator(all.config_), all_(all) {}

bool TransactionCoordinators::Shard::replay(const log::LoggedRecord& logged) {
  const auto& record = logged.record;
  // Markers say nothing here; WriteTxnMarkers may have put some.
  if (logged.batch.is_control()) return true;
  return !record.key || coordinator.replay(*record.key, record.value);
}

void TransactionCoordinators::Shard::loaded() {
  txn::Actions actions;
  coordinator.finish_replay(all_.now(), actions);
  all_.carry_out(*this, std::move(actions), [](bool) {});
}

void TransactionCoordinators::Shard::unload() { all_.markers_.forget(id); }

void TransactionCoordinators::Shard::on_time() {
  for (const std::string& transactional_id : coordinator.take_expired(all_.now())) {
    spdlog::info("transaction timed out transactional.id={}", transactional_id);
    all_.abort_expired(transactional_id);
  }
}

void TransactionCoordinators::Shard::clean_up() {
  txn::Actions actions;
  coordinator.clean_up(all_.node_.now(), actions);
  all_.carry_out(*this, std::move(actions), [](bool) {});
}

}  // namespace odradek::broker
