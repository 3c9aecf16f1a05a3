// SPDX-License-Identifier: Apache-2.0
#include "broker/node.h"

#include "broker/memory_budgets.h"

#include <boost/asio/defer.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <utility>
#include <variant>

namespace odradek::broker {
namespace {

using namespace std::chrono_literals;

// Recovery points are written at most this often: they only save work after a crash.
constexpr auto checkpoint_delay = 1s;
// Kafka: producer.id.expiration.check.interval.ms.
constexpr std::int64_t expiry_check_interval_ms = 600000;
constexpr std::int64_t longest_flush_ms = 365LL * 24 * 3600 * 1000;  // never is longer

template <class Kind>
bool has(const meta::Records& records) {
  return std::any_of(records.begin(), records.end(), [](const meta::Record& record) {
    return std::holds_alternative<Kind>(record);
  });
}

bool is_about_transactions(const Message& message) {
  const auto& content = message.content;
  return std::holds_alternative<MarkersRequest>(content) ||
         std::holds_alternative<MarkersResponse>(content) ||
         std::holds_alternative<MembershipRequest>(content) ||
         std::holds_alternative<MembershipResponse>(content);
}

}  // namespace

Node::Node(Parts parts)
    : loop_(parts.loop),
      config_(parts.config),
      id_{*parts.config.options().node_id},
      cluster_(parts.cluster),
      peers_(parts.peers),
      cleaner_status_(parts.cleaner_status),
      activity_(parts.activity),
      directory_(parts.directory),
      view_(std::move(parts.view)),
      pool_(parts.loop),
      disk_space_(parts.files, parts.directory.path(), *options().disk_reserve_bytes),
      writer_(*this),
      cache_(tail_cache_budget(options()) / cluster_.members.size()),
      partitions_({parts.files, parts.directory, cache_}, options().topic_defaults, id_),
      replication_(*this),
      syncs_(*this, parts.files),
      retention_(*this),
      cleaner_(*this),
      sessions_(static_cast<std::size_t>(*options().max_incremental_fetch_session_cache_slots)),
      producer_ids_(writer_),
      groups_(*this),
      transactions_(*this),
      memberships_(*this),
      auto_topic_creation_(*this),
      connections_(*this, receive_budget(options()) / cluster_.members.size()),
      quotas_(*this),
      switch_(*this, parts.listeners),
      unsettled_produces_(*this),
      checkpoint_timer_(parts.loop),
      last_expiry_ms_(now().value) {
  config_.apply_dynamic(view_);
  (void)partitions_.update(view_);  // at the start nothing moves
  quotas_.follow_catalogue();
  if (!parts.catalogue) return;
  controller_.emplace(*parts.catalogue, pool_, peers_, cluster_);
  leader_balancer_.emplace(*this);
}

Node::~Node() = default;

Timestamp Node::now() const { return Clock::wall_time(); }

void Node::start() {
  switch_.follow_catalogue();
  follow_coordinators();
  if (leader_balancer_) leader_balancer_->look();
  retention_.start();
  cleaner_.start();
}

void Node::follow_coordinators() {
  groups_.follow_catalogue();
  transactions_.follow_catalogue();
}

void Node::leave() {
  commit();  // what connections have staged
  has_left_ = true;
  switch_.leave();
  if (leader_balancer_) leader_balancer_->stop();
  groups_.stop();
  transactions_.stop();
  checkpoint_timer_.cancel();
  syncs_.stop();
  retention_.stop();
  cleaner_.stop();
  unsettled_produces_.stop();
  partitions_.for_each([](Partition& partition) {
    if (partition.open_log()) partition.open_log()->release();
  });
}

Result<> Node::close_logs() {
  Result<> outcome;
  partitions_.for_each([&](Partition& partition) {
    auto closed = partition.close();
    if (!closed && outcome) outcome = std::move(closed);
  });
  return outcome;
}

void Node::receive(Message message) {
  if (message.version > view_.version()) return early_.push_back(std::move(message));
  const Turn turn(*this);
  read(message);
  const auto is_ready = [&](const Message& each) { return each.version <= view_.version(); };
  for (;;) {
    const auto next = std::find_if(early_.begin(), early_.end(), is_ready);
    if (next == early_.end()) break;
    Message ready = std::move(*next);
    early_.erase(next);
    read(ready);
  }
  commit();
}

void Node::read(Message& message) {
  // Nothing is appended behind the end of all requests: transactions go on at the next start.
  if (has_left_ && is_about_transactions(message)) return;
  const NodeId from = message.from;
  struct Reader {
    Node& node;
    NodeId from;
    void operator()(Proposal& content) const {
      node.controller_->propose(from, std::move(content));
    }
    void operator()(const ProposalOutcome& content) const {
      node.writer_.outcome(content.number, content.result);
    }
    void operator()(const Commit& content) const { node.apply(content); }
    void operator()(LogHandover& content) const { node.replication_.receive(std::move(content)); }
    void operator()(const LogSynced& content) const { node.replication_.receive(content); }
    void operator()(const FollowRequest& content) const {
      node.replication_.receive(from, content);
    }
    void operator()(const FollowResponse& content) const { node.replication_.receive(content); }
    void operator()(const SwitchRequest& content) const { node.switch_.receive(from, content); }
    void operator()(const SwitchResponse& content) const { node.switch_.receive(content); }
    void operator()(const MarkersRequest& content) const {
      write_markers(node, content.end, content.partitions,
                    [this_node = &node, to = from,
                     number = content.number](const std::vector<wire::ErrorCode>& errors) {
                      this_node->send(to, MarkersResponse{number, errors});
                    });
    }
    void operator()(const MarkersResponse& content) const {
      node.transactions_.markers().receive(content);
    }
    void operator()(MembershipRequest& content) const {
      node.transactions_.answer(std::move(content.membership),
                                [this_node = &node, to = from, number = content.number](
                                    const std::vector<wire::ErrorCode>& errors) {
                                  this_node->send(to, MembershipResponse{number, errors});
                                });
    }
    void operator()(const MembershipResponse& content) const { node.memberships_.receive(content); }
  };
  std::visit(Reader{*this, from}, message.content);
}

void Node::apply(const Commit& commit) {
  view_.apply(commit.version, *commit.records);
  if (controller_) {
    directory_.set_catalogue_version(view_.version());
    save_recovery_points_soon();
  }
  const bool has_broker_configs =
      std::any_of(commit.records->begin(), commit.records->end(), [](const meta::Record& record) {
        const auto* const config = std::get_if<meta::ConfigRecord>(&record);
        return config && config->resource_type == wire::ConfigResourceType::broker;
      });
  auto changes = partitions_.update(view_);
  replication_.send_off(changes);
  for (const std::string& folder : changes.set_aside) remove_later(folder);
  if (has_broker_configs) {
    config_.apply_dynamic(view_);
    partitions_.refresh_configs();
    connections_.refresh_limits();
  }
  if (has<meta::QuotaRecord>(*commit.records)) quotas_.follow_catalogue();
  switch_.follow_catalogue();
  follow_coordinators();
  if (has<meta::TopicRemovedRecord>(*commit.records)) groups_.forget_topics();
  const bool moves_leaders = has<meta::NodeStartedRecord>(*commit.records) ||
                             has<meta::PartitionsChangedRecord>(*commit.records);
  if (leader_balancer_ && moves_leaders) leader_balancer_->look();
  settle();  // what went elsewhere is awaited there
}

void Node::staged(Partition& partition) {
  if (std::find(dirty_.begin(), dirty_.end(), &partition) == dirty_.end()) {
    dirty_.push_back(&partition);
  }
}

bool Node::has_uncommitted() const {
  return !dirty_.empty() || !produces_.empty() || !after_commit_.empty() || !due_.empty();
}

void Node::commit_soon() {
  if (has_uncommitted()) begin_round_soon();
}

void Node::resume_later(ConnectionPtr connection) {
  resumed_.push_back(std::move(connection));
  begin_round_soon();
}

// Behind all that is ready on the loop now.
void Node::begin_round_soon() {
  if (!std::exchange(round_is_due_, true)) boost::asio::defer(loop_, [this] { run_round(); });
}

void Node::run_round() {
  {
    const Turn turn(*this, Turn::Shared{});
    commit();
  }
  round_is_due_ = false;
  for (const ConnectionPtr& each : std::exchange(resumed_, {})) each->resume();
}

void Node::commit() {
  while (has_uncommitted()) {
    unsettled_produces_.add(std::exchange(produces_, {}));
    std::move(after_commit_.begin(), after_commit_.end(), std::back_inserter(unsettled_steps_));
    after_commit_.clear();
    for (Partition* const partition : std::exchange(dirty_, {})) {
      log::PartitionLog& log = *partition->open_log();
      const bool was_offline = log.offline().has_value();
      if (auto committed = log.commit(); !committed && !was_offline) {
        spdlog::error("cannot write; the partition is offline partition={} reason=\"{}\"",
                      partition->folder(), committed.error().context);
      }
      publish(*partition);
      run_background_tasks(*partition);
    }
    settle();
    for (const FetchWaitPtr& fetch : std::exchange(due_, {})) fetch->answer();
  }
  if (!has_left_) syncs_.begin_round();
}

void Node::publish(Partition& partition) {
  log::PartitionLog& log = *partition.open_log();
  partition.wake(log.take_growth());
  replication_.inform_followers(partition);
  const std::int64_t flush_ms = partition.config().flush_ms;
  if (log.awaits_sync()) {
    syncs_.want(partition);
  } else if (log.is_unsynced() && flush_ms <= longest_flush_ms) {
    syncs_.want_later(partition, std::chrono::milliseconds(flush_ms));
  }
}

std::optional<wire::ErrorCode> Node::fate_of(const LogPosition& position) {
  Partition* const partition = partitions_.replica(position.topic_id, position.partition);
  if (!partition || !partition->leads()) return wire::ErrorCode::not_leader_or_follower;
  const log::PartitionLog* const log = partition->open_log();
  if (!log && position.offset == Offset{0}) return wire::ErrorCode::none;  // nothing was written
  if (!log || log->offline()) return wire::ErrorCode::kafka_storage_error;
  if (log->high_watermark() < position.offset) return std::nullopt;
  return wire::ErrorCode::none;
}

void Node::settle() {
  unsettled_produces_.settle();
  for (AfterCommit& step : std::exchange(unsettled_steps_, {})) {
    if (const auto fate = fate_of(step.position)) {
      step.then(*fate == wire::ErrorCode::none);
    } else {
      unsettled_steps_.push_back(std::move(step));
    }
  }
}

void Node::run_background_tasks(Partition& partition) {
  log::PartitionLog& log = *partition.open_log();
  const std::int64_t now_ms = now().value;
  if (now_ms - last_expiry_ms_ > expiry_check_interval_ms) {
    last_expiry_ms_ = now_ms;
    partitions_.for_each([&](Partition& each) {
      const Timestamp limit{now_ms - *options().producer_id_expiration_ms};
      if (each.open_log()) each.open_log()->expire_producers(limit);
    });
  }
  for (auto& task : log.take_background_tasks()) {
    pool_.run(std::move(task.run), [this, topic_id = partition.topic().id, id = partition.id(),
                                    sync = task.sync](const Result<>& done) {
      if (!sync) return;
      const Turn turn(*this);
      replication_.synced(topic_id, id, {*sync, done});
      settle();
      commit();
    });
  }
}

void Node::save_recovery_points_soon() {
  if (std::exchange(checkpoint_is_due_, true)) return;
  checkpoint_timer_.expires_after(checkpoint_delay);
  checkpoint_timer_.async_wait([this](const auto& cancelled) {
    checkpoint_is_due_ = false;
    if (cancelled) return;
    pool_.run([this] { return directory_.write_recovery_points(); },
              [](const Result<>& written) {
                if (written) return;
                spdlog::error("cannot write recovery points reason=\"{}\"",
                              written.error().context);
              });
  });
}

void Node::save_log_start_offsets(StoragePool::Done saved) {
  pool_.run(
      [this, offsets = directory_.log_start_offsets()] {
        return directory_.write_log_start_offsets(offsets);
      },
      std::move(saved));
}

void Node::remove_later(const std::string& set_aside) {
  pool_.run([this, set_aside] { return directory_.remove(set_aside); },
            [](const Result<>& removed) {
              if (!removed) {
                spdlog::error("cannot remove files reason=\"{}\"", removed.error().context);
              }
            });
}

}  // namespace odradek::broker
