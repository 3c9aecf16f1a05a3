// SPDX-License-Identifier: Apache-2.0
#include "broker/coordinator_shards.h"

#include "base/utf16.h"
#include "broker/internal_append.h"
#include "broker/node.h"

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

}  // namespace

CoordinatorShards::CoordinatorShards(Node& node, Kind kind)
    : node_(node),
      kind_(std::move(kind)),
      timer_(node.loop()),
      clean_up_timer_(node.loop()),
      retry_timer_(node.loop()) {}

Partition* CoordinatorShards::partition_of(PartitionId id) {
  return topic_id_ ? node_.partitions().replica(*topic_id_, id) : nullptr;
}

Partition* CoordinatorShards::any_partition() {
  return slots_.empty() ? nullptr : partition_of(slots_.begin()->first);
}

bool CoordinatorShards::leads(PartitionId id) {
  const Partition* const partition = partition_of(id);
  return partition && partition->leads() && node_.view().is_up(node_.id());
}

CoordinatorShards::Found CoordinatorShards::find(std::string_view key) {
  const auto topic = node_.view().find(kind_.topic);
  if (!topic) return {.error = ErrorCode::not_coordinator};
  const auto count = static_cast<std::int32_t>(topic->partitions.size());
  return find(PartitionId{java_partition(key, count)});
}

CoordinatorShards::Found CoordinatorShards::find(PartitionId id) {
  const auto found = slots_.find(id);
  // Behind the end of all requests nothing is decided any more.
  if (found == slots_.end() || is_stopped_) return {.error = ErrorCode::not_coordinator};
  return ready(found->second);
}

CoordinatorShards::Found CoordinatorShards::ready(Slot& slot) {
  if (slot.is_to_begin()) load(slot);  // the rest is done between other requests
  switch (slot.state) {
    case Slot::State::loading:
    case Slot::State::waiting:
      return {.error = ErrorCode::coordinator_load_in_progress};
    case Slot::State::loaded:
      return {.shard = slot.shard.get()};
    case Slot::State::failed:
      return {.error = ErrorCode::not_coordinator};
  }
  return {};
}

ErrorCode CoordinatorShards::for_each(const Visit& visit) {
  for (auto& [id, slot] : slots_) {
    const Found found = ready(slot);
    if (found.error == ErrorCode::coordinator_load_in_progress) return found.error;
    if (found.shard) visit(*found.shard);
  }
  return ErrorCode::none;
}

void CoordinatorShards::for_each_loaded(const Visit& visit) {
  if (is_stopped_) return;
  for (auto& [id, slot] : slots_) {
    if (slot.state == Slot::State::loaded) visit(*slot.shard);
  }
}

void CoordinatorShards::append(CoordinatorShard& shard,
                               const std::vector<wire::CoordinatorRecord>& records, Then then) {
  const auto fault = append_internally(node_, *partition_of(shard.id), records);
  if (!fault.found()) return await_commit(shard, std::move(then));
  give_up(slots_.at(shard.id), {Fault::io, "cannot append: " + fault.message});
  then(false);
}

void CoordinatorShards::await_commit(CoordinatorShard& shard, Then then) {
  auto finish = [this, id = shard.id, then = std::move(then)](bool is_written) {
    const auto failed = is_written ? slots_.end() : slots_.find(id);
    if (failed != slots_.end()) give_up(failed->second, {Fault::io, "cannot write to the log"});
    then(is_written);
  };
  node_.after_commit({partition_of(shard.id)->staged_end(), std::move(finish)});
}

void CoordinatorShards::follow_catalogue() {
  if (is_stopped_) return;
  const auto topic = node_.view().find(kind_.topic);
  const bool is_another = topic_id_ && (!topic || topic->id != *topic_id_);
  if (is_another) give_up_unless([](PartitionId) { return false; });
  topic_id_ = topic ? std::optional(topic->id) : std::nullopt;
  if (!topic) return;
  give_up_unless([this](PartitionId id) { return leads(id); });
  for (std::size_t i = 0; i < topic->partitions.size(); ++i) {
    const PartitionId id{static_cast<std::int32_t>(i)};
    if (leads(id) && !slots_.contains(id)) take_up(id);
  }
}

void CoordinatorShards::give_up_unless(const std::function<bool(PartitionId)>& stays) {
  std::vector<std::map<PartitionId, Slot>::node_type> lost;
  for (auto slot = slots_.begin(); slot != slots_.end();) {
    const auto at = slot++;
    if (!stays(at->first)) lost.push_back(slots_.extract(at));
  }
  for (auto& each : lost) {
    if (!each.mapped().is_given_up()) each.mapped().shard->unload();
  }
}

void CoordinatorShards::take_up(PartitionId id) {
  if (slots_.empty()) clean_up_later();
  slots_[id].shard = kind_.make(id);
  load_next_later();
}

void CoordinatorShards::load(Slot& slot) {
  const PartitionId id = slot.shard->id;
  Partition& partition = *partition_of(id);
  const auto loaded = load_some(slot, partition);
  if (!loaded) give_up(slot, loaded.error());
}

void CoordinatorShards::give_up(Slot& slot, const Error& reason) {
  if (slot.is_given_up()) return;
  const auto* const log = partition_of(slot.shard->id)->open_log();
  const bool is_final =
      reason.fault == Fault::corrupt || (log && log->offline() && !log->offline()->is_shortage());
  slot.state = is_final ? Slot::State::failed : Slot::State::waiting;
  if (is_final) {
    spdlog::error("a coordinator is unavailable partition={}-{} reason=\"{}\"", kind_.topic,
                  slot.shard->id.value, reason.context);
  } else {
    reload_later();
  }
  slot.shard->unload();
}

// The files are another node's still, or there are too many open ones: from the beginning again.
// The shard may be at work in this very moment, so it stays until then.
void CoordinatorShards::reload_later() {
  retry_timer_.expires_after(retry_delay);
  retry_timer_.async_wait([this](const auto& cancelled) {
    if (cancelled) return;
    for (auto& [id, each] : slots_) {
      if (each.state == Slot::State::waiting) each = {.shard = kind_.make(id)};
    }
    load_next_later();
  });
}

Result<> CoordinatorShards::load_some(Slot& slot, Partition& partition) {
  // A partition that nobody ever wrote to stays without files.
  if (!partition.open_log()) {
    TRY(const bool was_used, partition.was_used());
    if (!was_used) {
      finish_loading(slot);
      return {};
    }
  }
  TRY(log::PartitionLog* const log, partition.log());
  const auto apply = [&](const log::LoggedRecord& logged) -> Result<> {
    if (slot.shard->replay(logged)) return {};
    return Error{Fault::corrupt, "the record at offset " + std::to_string(logged.offset.value) +
                                     " is not what its type says"};
  };
  const Offset from = std::max(slot.next, log->log_start_offset());
  TRY(slot.next, log::walk_records(*log, from, load_at_a_time, apply));
  if (slot.next == log->end()) finish_loading(slot);
  return {};
}

void CoordinatorShards::finish_loading(Slot& slot) {
  slot.state = Slot::State::loaded;
  slot.shard->loaded();
  watch(*slot.shard);
}

// One after the other, a piece in each turn of the loop: what has expired ends, whether somebody
// asks for it or not.
void CoordinatorShards::load_next_later() {
  if (std::exchange(loads_later_, true)) return;
  boost::asio::post(node_.loop(), [this] {
    loads_later_ = false;
    if (is_stopped_) return;
    const Node::Turn turn(node_);
    const auto next = std::find_if(slots_.begin(), slots_.end(), [](const auto& each) {
      return each.second.state == Slot::State::loading;
    });
    if (next == slots_.end()) return;
    load(next->second);
    node_.commit();
    load_next_later();
  });
}

void CoordinatorShards::watch(const CoordinatorShard& shard) {
  const auto at = shard.wake_up();
  if (!at || is_stopped_ || (timer_at_ && *timer_at_ <= *at)) return;
  timer_at_ = at;
  timer_.expires_at(*at);
  timer_.async_wait([this](const auto& cancelled) {
    if (!cancelled) on_timer();
  });
}

void CoordinatorShards::on_timer() {
  const Node::Turn turn(node_);
  timer_at_.reset();
  for_each_loaded([this](CoordinatorShard& shard) {
    shard.on_time();
    watch(shard);
  });
  node_.commit();
}

void CoordinatorShards::clean_up_later() {
  clean_up_timer_.expires_after(std::min(kind_.clean_up_interval, longest_clean_up_interval));
  clean_up_timer_.async_wait([this](const auto& cancelled) {
    if (cancelled || is_stopped_ || slots_.empty()) return;
    const Node::Turn turn(node_);
    for_each_loaded([](CoordinatorShard& shard) { shard.clean_up(); });
    node_.commit();
    clean_up_later();
  });
}

void CoordinatorShards::stop() {
  is_stopped_ = true;
  timer_.cancel();
  clean_up_timer_.cancel();
  retry_timer_.cancel();
}

}  // namespace odradek::broker
