// SPDX-License-Identifier: Apache-2.0
#include "broker/node.h"

#include <spdlog/spdlog.h>
#include <sys/sysinfo.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace odradek::broker {
namespace {

using namespace std::chrono_literals;

// Recovery points are written at most this often: they only save work after a crash.
constexpr auto checkpoint_delay = 1s;
constexpr auto refusal_log_interval = 1s;
// Kafka: producer.id.expiration.check.interval.ms.
constexpr std::int64_t expiry_check_interval_ms = 600000;

std::size_t machine_memory() {
  struct sysinfo info {};
  ::sysinfo(&info);
  return static_cast<std::size_t>(info.totalram) * info.mem_unit;
}

std::size_t tail_cache_budget(const BrokerOptions& options) {
  constexpr std::size_t most = 64 << 20;
  const std::int64_t configured = *options.tail_cache_bytes;
  if (configured >= 0) return static_cast<std::size_t>(configured);
  return std::min(most, machine_memory() / 16);
}

std::size_t receive_budget(const BrokerOptions& options) {
  const std::int64_t configured = *options.queued_max_request_bytes;
  if (configured >= 0) return static_cast<std::size_t>(configured);
  return machine_memory() / 4;
}

}  // namespace

Node::Node(const Parts& parts)
    : loop_(parts.loop),
      config_(parts.config),
      directory_(parts.directory),
      listeners_(parts.listeners),
      pool_(parts.loop),
      catalogue_(parts.catalogue, pool_, [this] { catalogue_changed(); }),
      cache_(tail_cache_budget(options())),
      partitions_({parts.files, parts.directory, cache_}, options().topic_defaults, id()),
      sessions_(static_cast<std::size_t>(*options().max_incremental_fetch_session_cache_slots)),
      producer_ids_(catalogue_),
      idle_timer_(parts.loop),
      checkpoint_timer_(parts.loop) {
  memory_.budget = receive_budget(options());
  catalogue_changed();
}

Node::~Node() = default;

Timestamp Node::now() const {
  const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  return {std::chrono::duration_cast<std::chrono::milliseconds>(since_epoch).count()};
}

void Node::start() {
  for (auto& listener : listeners_) listener->start(*this);
  const auto leftovers = directory_.leftovers();
  if (!leftovers) return;
  for (const std::string& name : *leftovers) remove_later(name);
}

Result<> Node::stop() {
  for (auto& listener : listeners_) listener->stop();
  idle_timer_.cancel();
  checkpoint_timer_.cancel();
  while (!connections_.empty()) {
    const ConnectionPtr connection(&connections_.front());
    connection->close();
  }
  short_of_memory_.clear();
  pool_.finish();
  loop_.restart();
  loop_.poll();  // what the pool has finished, and what was cancelled
  std::optional<Error> failed;
  partitions_.for_each([&](Partition& partition) {
    auto closed = partition.close();
    if (!closed && !failed) failed = closed.error();
  });
  TRY(directory_.write_recovery_points());
  if (failed) return *failed;
  return directory_.mark_clean();
}

void Node::staged(Partition& partition) {
  if (std::find(dirty_.begin(), dirty_.end(), &partition) == dirty_.end()) {
    dirty_.push_back(&partition);
  }
}

void Node::commit() {
  while (!dirty_.empty() || !produces_.empty() || !due_.empty()) {
    auto produces = std::exchange(produces_, {});
    for (Partition* const partition : std::exchange(dirty_, {})) {
      if (auto committed = partition->open_log()->commit(); !committed) {
        spdlog::error("cannot write; the partition is offline partition={} reason=\"{}\"",
                      partition->folder(), committed.error().context);
      }
      partition->wake(partition->open_log()->take_committed_bytes());
      run_background_tasks(*partition);
    }
    for (ProduceWait& produce : produces) produce.finish();
    for (const FetchWaitPtr& fetch : std::exchange(due_, {})) fetch->answer();
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
                                    point = task.recovery_point](const Result<>& done) {
      const auto found = partitions_.find(topic_id, id);
      log::PartitionLog* const synced = found.partition ? found.partition->open_log() : nullptr;
      if (!point || !synced) return;
      if (!done) {
        spdlog::error("cannot sync; the partition is offline partition={} reason=\"{}\"",
                      found.partition->folder(), done.error().context);
        return synced->sync_failed(done.error());
      }
      synced->synced(*point);
      directory_.set_recovery_point(found.partition->folder(), synced->recovery_point());
      save_recovery_points_soon();
    });
  }
}

void Node::save_recovery_points_soon() {
  if (std::exchange(checkpoint_is_due_, true)) return;
  checkpoint_timer_.expires_after(checkpoint_delay);
  checkpoint_timer_.async_wait([this](const auto& cancelled) {
    checkpoint_is_due_ = false;
    if (cancelled) return;
    if (auto written = directory_.write_recovery_points(); !written) {
      spdlog::error("cannot write recovery points reason=\"{}\"", written.error().context);
    }
  });
}

void Node::save_log_start_offsets(StoragePool::Done saved) {
  pool_.run(
      [this, offsets = directory_.log_start_offsets()] {
        return directory_.write_log_start_offsets(offsets);
      },
      std::move(saved));
}

void Node::catalogue_changed() {
  config_.apply_dynamic(view());
  partitions_.update(view(), [this](const std::string& folder) { remove_later(folder); });
  partitions_.refresh_configs();
  commit();  // fetches that waited for a partition that is gone
}

void Node::remove_later(const std::string& set_aside) {
  pool_.run([this, set_aside] { return directory_.remove(set_aside); },
            [](const Result<>& removed) {
              if (!removed) {
                spdlog::error("cannot remove files reason=\"{}\"", removed.error().context);
              }
            });
}

void Node::admit(Listener& listener, boost::asio::ip::tcp::socket socket) {
  if (connection_count_ >= static_cast<std::size_t>(*options().max_connections)) {
    log_refusal("connection: max.connections is reached", "a client");
    return;
  }
  const ConnectionPtr connection(new Connection(*this, listener, std::move(socket)));
  intrusive_ptr_add_ref(connection.get());  // the list's; given back in on_closed()
  connections_.push_back(*connection);
  ++connection_count_;
  connection->start();
  watch_for_idle_connections();
}

void Node::on_active(Connection& connection) {
  connections_.erase(connections_.iterator_to(connection));
  connections_.push_back(connection);
}

void Node::on_closed(Connection& connection) {
  connections_.erase(connections_.iterator_to(connection));
  --connection_count_;
  intrusive_ptr_release(&connection);
}

void Node::log_refusal(std::string_view what, const std::string& peer) {
  const auto at = std::chrono::steady_clock::now();
  if (at - last_refusal_logged_ < refusal_log_interval) return;
  last_refusal_logged_ = at;
  spdlog::info("refused what=\"{}\" peer={}", what, peer);
}

bool Node::may_receive(Connection& connection) {
  if (memory_.receiving <= memory_.budget) return true;
  if (!privileged_) privileged_ = &connection;
  if (privileged_ == &connection) return true;
  short_of_memory_.push_back(&connection);
  return false;
}

void Node::give_memory_back(Connection& connection) {
  if (privileged_ == &connection) privileged_ = nullptr;
  if (short_of_memory_.empty() || memory_.receiving > memory_.budget) return;
  for (const ConnectionPtr& waiting : std::exchange(short_of_memory_, {})) {
    waiting->resume_reading();
  }
}

// A timer only while there are connections, and only for the one that is due first.
void Node::watch_for_idle_connections() {
  const std::int64_t max_idle = *options().connections_max_idle_ms;
  if (watches_idle_ || connections_.empty() || max_idle < 0) return;
  watches_idle_ = true;
  idle_timer_.expires_at(connections_.front().last_active() + std::chrono::milliseconds(max_idle));
  idle_timer_.async_wait([this](const auto& cancelled) {
    watches_idle_ = false;
    if (cancelled) return;
    close_idle_connections();
    watch_for_idle_connections();
  });
}

void Node::close_idle_connections() {
  const auto limit =
      Connection::Clock::now() - std::chrono::milliseconds(*options().connections_max_idle_ms);
  while (!connections_.empty() && connections_.front().last_active() <= limit) {
    const ConnectionPtr connection(&connections_.front());
    connection->is_idle() ? connection->close() : connection->touch();
  }
}

}  // namespace odradek::broker
