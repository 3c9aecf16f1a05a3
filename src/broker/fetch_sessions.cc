// SPDX-License-Identifier: Apache-2.0
#include "broker/fetch_sessions.h"

#include "base/assert.h"
#include "base/clock.h"
#include "base/random.h"

#include <algorithm>
#include <limits>
#include <optional>

namespace odradek::broker {
namespace {

using wire::ErrorCode;
using wire::FetchRequest;

bool is_same(const FetchItem& item, const FetchItem& other) {
  return item.partition == other.partition && item.topic_id == other.topic_id &&
         *item.topic == *other.topic;
}

// Kafka: FetchRequest.optionalEpoch: here every negative epoch is none.
LeaderEpoch or_none(LeaderEpoch epoch) {
  return epoch < LeaderEpoch{0} ? none_of<LeaderEpoch> : epoch;
}

std::list<FetchItem> items_of(const FetchRequest& request) {
  std::list<FetchItem> items;
  for (const auto& topic : request.topics) {
    const auto name = std::make_shared<const std::string>(topic.topic);
    for (const auto& partition : topic.partitions) {
      items.push_back({.topic = name,
                       .topic_id = topic.topic_id,
                       .partition = partition.partition,
                       .current_leader_epoch = or_none(partition.current_leader_epoch),
                       .fetch_offset = partition.fetch_offset,
                       .last_fetched_epoch = or_none(partition.last_fetched_epoch),
                       .max_bytes = partition.partition_max_bytes});
    }
  }
  return items;
}

// Finds items of a session by partition without comparing each with each.
class ItemFinder {
 public:
  explicit ItemFinder(std::list<FetchItem>& items) {
    for (auto item = items.begin(); item != items.end(); ++item) add(item);
  }
  using Place = std::list<FetchItem>::iterator;
  void add(Place item) { by_key_.emplace(key(*item), item); }
  std::optional<Place> find(const FetchItem& wanted) {
    auto [first, last] = by_key_.equal_range(key(wanted));
    for (; first != last; ++first) {
      if (is_same(*first->second, wanted)) return first->second;
    }
    return std::nullopt;
  }
  // Finds an item for its removal: it is not found again.
  std::optional<Place> take(const FetchItem& wanted) {
    auto [first, last] = by_key_.equal_range(key(wanted));
    for (; first != last; ++first) {
      if (!is_same(*first->second, wanted)) continue;
      const Place place = first->second;
      by_key_.erase(first);
      return place;
    }
    return std::nullopt;
  }

 private:
  static std::size_t key(const FetchItem& item) {
    return std::hash<std::string>{}(*item.topic) ^ std::hash<Uuid>{}(item.topic_id) ^
           static_cast<std::size_t>(item.partition.value) * 0x9e3779b97f4a7c15;
  }
  std::unordered_multimap<std::size_t, std::list<FetchItem>::iterator> by_key_;
};

void merge(std::list<FetchItem>& items, const FetchRequest& request) {
  const bool changes = !request.topics.empty() || !request.forgotten_topics_data.empty();
  if (!changes) return;
  ItemFinder finder(items);
  for (FetchItem& wanted : items_of(request)) {
    if (const auto known = finder.find(wanted)) {
      wanted.told_high_watermark = (*known)->told_high_watermark;
      wanted.told_log_start = (*known)->told_log_start;
      **known = std::move(wanted);
    } else {
      items.push_back(std::move(wanted));
      finder.add(std::prev(items.end()));
    }
  }
  for (const auto& topic : request.forgotten_topics_data) {
    const auto name = std::make_shared<const std::string>(topic.topic);
    for (const PartitionId partition : topic.partitions) {
      const FetchItem forgotten{.topic = name, .topic_id = topic.topic_id, .partition = partition};
      if (const auto known = finder.take(forgotten)) items.erase(*known);
    }
  }
}

}  // namespace

FetchSessions::Context FetchSessions::begin(const FetchRequest& request, wire::Version version,
                                            Clock::time_point now) {
  const bool uses_ids = version >= first_fetch_with_ids;
  if (request.session_epoch != final_epoch && request.session_epoch != initial_epoch) {
    return go_on(request, uses_ids, now);
  }
  sessions_.erase(request.session_id);
  if (request.session_epoch == initial_epoch) return begin_new(items_of(request), uses_ids, now);
  return {.items = items_of(request)};
}

FetchSessions::Context FetchSessions::begin_new(std::list<FetchItem> items, bool uses_ids,
                                                Clock::time_point now) {
  if (!make_room(now)) return {.items = std::move(items)};
  auto session = std::make_shared<Session>();
  session->id = unused_id();
  session->epoch = 1;
  session->uses_ids = uses_ids;
  session->last_used = now;
  session->items = std::move(items);
  sessions_[session->id] = session;
  return {.session = std::move(session)};
}

FetchSessions::Context FetchSessions::go_on(const FetchRequest& request, bool uses_ids,
                                            Clock::time_point now) {
  const auto found = sessions_.find(request.session_id);
  if (found == sessions_.end()) return {.error = ErrorCode::fetch_session_id_not_found};
  Session& session = *found->second;
  if (session.epoch != request.session_epoch) {
    return {.error = ErrorCode::invalid_fetch_session_epoch};
  }
  if (session.uses_ids != uses_ids) return {.error = ErrorCode::fetch_session_topic_id_error};
  merge(session.items, request);
  session.last_used = now;
  const bool wraps = session.epoch == std::numeric_limits<std::int32_t>::max();
  session.epoch = wraps ? 1 : session.epoch + 1;
  Context context{.session = found->second, .is_incremental = true};
  if (session.items.empty()) {
    sessions_.erase(found);
    return {};
  }
  return context;
}

bool FetchSessions::make_room(Clock::time_point now) {
  if (sessions_.size() < slots_) return true;
  const auto oldest = std::min_element(
      sessions_.begin(), sessions_.end(),
      [](const auto& a, const auto& b) { return a.second->last_used < b.second->last_used; });
  if (oldest == sessions_.end()) return false;
  if (now - oldest->second->last_used < silence_before_eviction) return false;
  sessions_.erase(oldest);
  return true;
}

// Random, so that a client cannot guess the session of another.
SessionId FetchSessions::unused_id() const {
  for (;;) {
    constexpr std::uint64_t largest = std::numeric_limits<std::int32_t>::max();
    const SessionId id{static_cast<std::int32_t>(random_number() & largest)};
    if (id != SessionId{0} && !sessions_.contains(id)) return id;
  }
}

}  // namespace odradek::broker
