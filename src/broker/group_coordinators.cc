// SPDX-License-Identifier: Apache-2.0
#include "broker/group_coordinators.h"

#include "broker/connection.h"
#include "broker/internal_append.h"
#include "broker/internal_topics.h"
#include "broker/node.h"

#include <algorithm>
#include <utility>

namespace odradek::broker {

using std::chrono::milliseconds;
using wire::ErrorCode;

namespace {

group::GroupConfig config_of(const BrokerOptions& options) {
  group::GroupConfig config;
  config.max_size = static_cast<std::size_t>(*options.group_max_size);
  config.initial_rebalance_delay = milliseconds{*options.group_initial_rebalance_delay_ms};
  config.min_session_timeout = milliseconds{*options.group_min_session_timeout_ms};
  config.max_session_timeout = milliseconds{*options.group_max_session_timeout_ms};
  config.offsets_retention = std::chrono::minutes{*options.offsets_retention_minutes};
  config.offset_metadata_max_bytes = static_cast<std::size_t>(*options.offset_metadata_max_bytes);
  return config;
}

// Kafka refuses a record that makes a batch of more than max.message.bytes.
std::size_t largest_record(const Partition& partition) {
  constexpr std::size_t around_it = wire::BatchView::header_size + 32;
  const auto largest_batch = static_cast<std::size_t>(partition.config().max_message_bytes);
  return largest_batch - std::min(largest_batch, around_it);
}

}  // namespace

GroupCoordinators::GroupCoordinators(Node& node)
    : node_(node),
      config_(config_of(node.options())),
      shards_(node,
              {consumer_offsets, milliseconds{*node.options().offsets_retention_check_interval_ms},
               [this](PartitionId id) { return std::make_unique<Shard>(*this, id); }}) {}

Now GroupCoordinators::now() const { return {Clock::now(), node_.now()}; }

void GroupCoordinators::carry_out(Shard& shard, group::Actions actions, Then then) {
  shards_.watch(shard);
  if (actions.empty() && !then) return;
  const auto records = std::exchange(actions.records, {});
  shards_.append(shard, records,
                 [this, actions = std::move(actions), then = std::move(then)](bool is_written) {
                   const ErrorCode failure =
                       is_written ? ErrorCode::none : ErrorCode::not_coordinator;
                   reply(actions, failure);
                   if (then) then(failure);
                 });
}

void GroupCoordinators::reply(const group::Actions& actions, ErrorCode failure) {
  const auto send = [&]<class Request>(const auto& replies) {
    for (const auto& each : replies) {
      const ExchangePtr exchange = waiting_.take(each.to);
      if (!exchange) continue;
      if (failure == ErrorCode::none) {
        answer<Request>(*exchange, each.response);
      } else {
        typename Request::Response refused;
        refused.error_code = failure;
        answer<Request>(*exchange, refused);
      }
    }
  };
  send.operator()<wire::JoinGroupRequest>(actions.joins);
  send.operator()<wire::SyncGroupRequest>(actions.syncs);
}

void GroupCoordinators::commit(Shard& shard, const group::Actions& actions,
                               const InTransaction& transaction, Then then) {
  const TransactionalAppend in{transaction.producer, transaction.epoch, transaction.guard};
  const auto fault = append_internally(node_, partition_of(shard), actions.records, in);
  if (fault.found()) return then(fault.error);
  for (const auto& record : actions.records) {
    shard.coordinator.replay(record.key, record.value, transaction.producer, node_.now());
  }
  shards_.await_commit(shard, [then = std::move(then)](bool is_written) {
    then(is_written ? ErrorCode::none : ErrorCode::not_coordinator);
  });
}

void GroupCoordinators::end_transaction(PartitionId partition, const log::EndOfTransaction& end,
                                        Then then) {
  const auto [shard, error] = shards_.find(partition);
  if (!shard) return then(ErrorCode::not_leader_or_follower);
  const ErrorCode refused = append_marker(node_, partition_of(*shard), end);
  if (refused != ErrorCode::none) return then(refused);
  shard->coordinator.end_transaction(end.producer, end.marker.result);
  shards_.await_commit(*shard, [then = std::move(then)](bool is_written) {
    then(is_written ? ErrorCode::none : ErrorCode::not_leader_or_follower);
  });
}

void GroupCoordinators::follow_catalogue() {
  const Node::Turn turn(node_);  // whoever is answered goes on when all of this is done
  shards_.follow_catalogue();
  // All partitions have the topic's configuration.
  if (const Partition* const any = shards_.any_partition()) {
    config_.max_record_bytes = largest_record(*any);
  }
}

group::Coordinator::TopicExists GroupCoordinators::topic_exists() const {
  return [this](const std::string& name, const Uuid& id) {
    const auto topic = node_.view().find(name);
    return topic && (id.is_zero() || topic->id == id);
  };
}

void GroupCoordinators::forget_topics() {
  shards_.for_each_loaded([this](Shard& shard) { forget_topics(shard); });
}

void GroupCoordinators::forget_topics(Shard& shard) {
  group::Actions actions;
  shard.coordinator.forget_topics(topic_exists(), actions);
  carry_out(shard, std::move(actions));
}

GroupCoordinators::Shard::Shard(GroupCoordinators& all, PartitionId partition)
    : CoordinatorShard(partition), coordinator(all.config_), all_(all) {}

bool GroupCoordinators::Shard::replay(const log::LoggedRecord& logged) {
  const wire::BatchView& batch = logged.batch;
  if (batch.is_control()) {
    const auto marker = wire::TransactionMarker::of(batch);
    if (marker) coordinator.end_transaction(batch.producer_id(), marker->result);
    return true;
  }
  const auto& record = logged.record;
  if (!record.key) return true;
  const ProducerId producer = batch.is_transactional() ? batch.producer_id() : none_of<ProducerId>;
  return coordinator.replay(*record.key, record.value, producer, all_.node_.now());
}

void GroupCoordinators::Shard::loaded() {
  group::Actions actions;
  coordinator.finish_replay(all_.now(), actions);
  all_.carry_out(*this, std::move(actions));
  all_.forget_topics(*this);  // they may have gone while nobody looked after these groups
}

void GroupCoordinators::Shard::unload() {
  group::Actions actions;
  coordinator.unload(all_.now(), actions);
  all_.reply(actions, ErrorCode::none);
}

void GroupCoordinators::Shard::on_time() {
  group::Actions actions;
  coordinator.expire(all_.now(), actions);
  all_.carry_out(*this, std::move(actions));
}

void GroupCoordinators::Shard::clean_up() {
  group::Actions actions;
  coordinator.clean_up(all_.node_.now(), actions);
  all_.carry_out(*this, std::move(actions));
}

}  // namespace odradek::broker
