// SPDX-License-Identifier: Apache-2.0
#include "broker/group_coordinators.h"

#include "base/utf16.h"
#include "broker/connection.h"
#include "broker/internal_append.h"
#include "broker/internal_topics.h"
#include "broker/node.h"
#include "log/record_walk.h"

#include <boost/asio/post.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

namespace odradek::broker {

using std::chrono::milliseconds;
using wire::ErrorCode;

namespace {

// Of a log, in one turn of the loop while others wait.
constexpr std::size_t load_at_a_time = 1 << 20;
// After what kept a log from being loaded may have passed.
constexpr auto retry_delay = std::chrono::seconds(1);
constexpr milliseconds longest_clean_up_interval = std::chrono::hours(24 * 365);

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
      timer_(node.loop()),
      clean_up_timer_(node.loop()),
      retry_timer_(node.loop()) {}

Now GroupCoordinators::now() const { return {std::chrono::steady_clock::now(), node_.now()}; }

Partition* GroupCoordinators::partition_of(PartitionId id) {
  return topic_id_ ? node_.partitions().replica(*topic_id_, id) : nullptr;
}

bool GroupCoordinators::leads(PartitionId id) {
  const Partition* const partition = partition_of(id);
  return partition && partition->leads() && node_.view().is_up(node_.id());
}

GroupCoordinators::Found GroupCoordinators::find(std::string_view group) {
  const auto topic = node_.view().find(consumer_offsets);
  if (!topic) return {.error = ErrorCode::not_coordinator};
  const auto count = static_cast<std::int32_t>(topic->partitions.size());
  const auto found = shards_.find(PartitionId{java_partition(group, count)});
  if (found == shards_.end()) return {.error = ErrorCode::not_coordinator};
  Shard& shard = found->second;
  if (shard.is_to_begin()) load(shard);  // the rest is done between other requests
  switch (shard.state) {
    case Shard::State::loading:
      return {.error = ErrorCode::coordinator_load_in_progress};
    case Shard::State::loaded:
      return {.shard = &shard};
    case Shard::State::failed:
      return {.error = ErrorCode::not_coordinator};
  }
  return {};
}

ErrorCode GroupCoordinators::for_each(const std::function<void(Shard&)>& visit) {
  for (auto& [id, shard] : shards_) {
    if (shard.is_to_begin()) load(shard);
    if (shard.state == Shard::State::loading) return ErrorCode::coordinator_load_in_progress;
    if (shard.state == Shard::State::loaded) visit(shard);
  }
  return ErrorCode::none;
}

void GroupCoordinators::carry_out(Shard& shard, group::Actions actions, Then then) {
  wake_up_for(shard);
  if (actions.empty() && !then) return;
  Partition& partition = *partition_of(shard.id);
  std::vector<InternalRecord> records;
  records.reserve(actions.records.size());
  for (const group::Record& record : actions.records) records.push_back({record.key, record.value});
  const auto staged = append_internally(node_, partition, records);
  actions.records.clear();  // staged by now
  auto finish = [this, id = shard.id, actions = std::move(actions),
                 then = std::move(then)](bool is_written) {
    const ErrorCode failure = is_written ? ErrorCode::none : ErrorCode::not_coordinator;
    // What the groups believe now is not what the log says.
    const auto failed = is_written ? shards_.end() : shards_.find(id);
    if (failed != shards_.end()) fail(failed->second, {Fault::io, "cannot write to the log"});
    reply(actions, failure);
    if (then) then(failure);
  };
  if (staged) return node_.after_commit({&partition, std::move(finish)});
  finish(false);
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

void GroupCoordinators::follow_catalogue() {
  if (is_stopped_) return;
  const Node::Turn turn(node_);  // whoever is answered goes on when all of this is done
  const auto topic = node_.view().find(consumer_offsets);
  const bool is_another = topic_id_ && (!topic || topic->id != *topic_id_);
  if (is_another) give_up_unless([](PartitionId) { return false; });
  topic_id_ = topic ? std::optional(topic->id) : std::nullopt;
  if (!topic) return;
  give_up_unless([this](PartitionId id) { return leads(id); });
  for (std::size_t i = 0; i < topic->partitions.size(); ++i) {
    const PartitionId id{static_cast<std::int32_t>(i)};
    if (!leads(id)) continue;
    config_.max_record_bytes = largest_record(*partition_of(id));
    if (!shards_.contains(id)) take_up(id);
  }
}

void GroupCoordinators::give_up_unless(const std::function<bool(PartitionId)>& stays) {
  std::vector<std::map<PartitionId, Shard>::node_type> lost;
  for (auto shard = shards_.begin(); shard != shards_.end();) {
    const auto at = shard++;
    if (!stays(at->first)) lost.push_back(shards_.extract(at));
  }
  for (auto& each : lost) give_up(each.mapped());
}

void GroupCoordinators::take_up(PartitionId id) {
  if (shards_.empty()) clean_up_later();
  shards_.try_emplace(id, id, config_);
  load_next_later();
}

void GroupCoordinators::give_up(Shard& shard) {
  group::Actions actions;
  shard.coordinator->unload(now(), actions);
  reply(actions, ErrorCode::none);
}

void GroupCoordinators::load(Shard& shard) {
  Partition& partition = *partition_of(shard.id);
  const auto loaded = load_some(shard, partition);
  if (loaded) return;
  const bool is_final = loaded.error().fault == Fault::corrupt ||
                        (partition.open_log() && partition.open_log()->offline());
  if (is_final) return fail(shard, loaded.error());
  // The files are another node's still, or there are too many open ones: from the beginning again.
  shard.restart(config_);
  shard.waits = true;
  retry_timer_.expires_after(retry_delay);
  retry_timer_.async_wait([this](const auto& cancelled) {
    if (cancelled) return;
    for (auto& [id, each] : shards_) each.waits = false;
    load_next_later();
  });
}

Result<> GroupCoordinators::load_some(Shard& shard, Partition& partition) {
  // A partition that nobody ever wrote to stays without files.
  if (!partition.open_log()) {
    TRY(const std::int64_t size, partition.size_on_disk());
    if (size == 0) {
      finish_loading(shard);
      return {};
    }
  }
  TRY(log::PartitionLog* const log, partition.log());
  const Timestamp at = node_.now();
  const auto apply = [&](const log::LoggedRecord& logged) -> Result<> {
    const wire::BatchView& batch = logged.batch;
    if (batch.is_control()) {
      const auto marker = wire::TransactionMarker::of(batch);
      if (marker) shard.coordinator->end_transaction(batch.producer_id(), marker->result);
      return {};
    }
    if (!logged.record.key) return {};
    const ProducerId producer =
        batch.is_transactional() ? batch.producer_id() : none_of<ProducerId>;
    const auto& record = logged.record;
    if (shard.coordinator->replay(*record.key, record.value, producer, at)) return {};
    return Error{Fault::corrupt, "the record at offset " + std::to_string(logged.offset.value) +
                                     " is not what its type says"};
  };
  const Offset from = std::max(shard.next, log->log_start_offset());
  TRY(shard.next, log::walk_records(*log, from, load_at_a_time, apply));
  if (shard.next == log->high_watermark()) finish_loading(shard);
  return {};
}

void GroupCoordinators::finish_loading(Shard& shard) {
  shard.state = Shard::State::loaded;
  group::Actions actions;
  shard.coordinator->finish_replay(now(), actions);
  // Topics may have gone while nobody looked after these groups.
  shard.coordinator->forget_topics(topic_exists(), actions);
  carry_out(shard, std::move(actions));
}

group::Coordinator::TopicExists GroupCoordinators::topic_exists() const {
  return [this](const std::string& name, const Uuid& id) {
    const auto topic = node_.view().find(name);
    return topic && (id.is_zero() || topic->id == id);
  };
}

void GroupCoordinators::fail(Shard& shard, const Error& reason) {
  if (std::exchange(shard.state, Shard::State::failed) == Shard::State::failed) return;
  spdlog::error("groups are unavailable partition={}-{} reason=\"{}\"", consumer_offsets,
                shard.id.value, reason.context);
  give_up(shard);
}

// One after the other, a piece in each turn of the loop: groups whose members are gone end, whether
// somebody asks for them or not.
void GroupCoordinators::load_next_later() {
  if (std::exchange(loads_later_, true)) return;
  boost::asio::post(node_.loop(), [this] {
    loads_later_ = false;
    if (is_stopped_) return;
    const Node::Turn turn(node_);
    const auto next = std::find_if(shards_.begin(), shards_.end(), [](const auto& each) {
      return each.second.state == Shard::State::loading && !each.second.waits;
    });
    if (next == shards_.end()) return;
    load(next->second);
    node_.commit();
    load_next_later();
  });
}

void GroupCoordinators::forget_topics() {
  if (is_stopped_) return;
  for_each_loaded([this](Shard& shard) {
    group::Actions actions;
    shard.coordinator->forget_topics(topic_exists(), actions);
    carry_out(shard, std::move(actions));
  });
}

void GroupCoordinators::for_each_loaded(const std::function<void(Shard&)>& visit) {
  for (auto& [id, shard] : shards_) {
    if (shard.state == Shard::State::loaded) visit(shard);
  }
}

void GroupCoordinators::wake_up_for(const Shard& shard) {
  const auto at = shard.coordinator->wake_up();
  if (!at || is_stopped_ || (timer_at_ && *timer_at_ <= *at)) return;
  timer_at_ = at;
  timer_.expires_at(*at);
  timer_.async_wait([this](const auto& cancelled) {
    if (!cancelled) on_timer();
  });
}

void GroupCoordinators::on_timer() {
  if (is_stopped_) return;
  const Node::Turn turn(node_);
  timer_at_.reset();
  for_each_loaded([this](Shard& shard) {
    group::Actions actions;
    shard.coordinator->expire(now(), actions);
    carry_out(shard, std::move(actions));
  });
  node_.commit();
}

void GroupCoordinators::clean_up_later() {
  const std::int64_t interval_ms = *node_.options().offsets_retention_check_interval_ms;
  clean_up_timer_.expires_after(std::min(milliseconds{interval_ms}, longest_clean_up_interval));
  clean_up_timer_.async_wait([this](const auto& cancelled) {
    if (cancelled || is_stopped_ || shards_.empty()) return;
    const Node::Turn turn(node_);
    for_each_loaded([this](Shard& shard) {
      group::Actions actions;
      shard.coordinator->clean_up(node_.now(), actions);
      carry_out(shard, std::move(actions));
    });
    node_.commit();
    clean_up_later();
  });
}

void GroupCoordinators::stop() {
  is_stopped_ = true;
  timer_.cancel();
  clean_up_timer_.cancel();
  retry_timer_.cancel();
}

}  // namespace odradek::broker
