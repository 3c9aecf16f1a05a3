// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.h"
#include "base/ids.h"
#include "base/uuid.h"
#include "wire/01_fetch.h"

#include <chrono>
#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace odradek::broker {

// Partitions are named by their topic's id from here on, by its name before (KIP-516).
inline constexpr wire::Version first_fetch_with_ids = 13;

// One partition that a fetch asks for.
struct FetchItem {
  std::shared_ptr<const std::string> topic;  // one for all partitions of a topic in a request
  Uuid topic_id;
  PartitionId partition;
  LeaderEpoch current_leader_epoch = none_of<LeaderEpoch>;
  Offset fetch_offset;
  LeaderEpoch last_fetched_epoch = none_of<LeaderEpoch>;
  std::int32_t max_bytes = 0;

  // What the session told the client last; only a change is told again.
  Offset told_high_watermark{-1};
  Offset told_log_start{-1};
};

// Incremental fetch sessions (KIP-227): a client names its partitions once and then only what
// changes; answers leave out what is as before. Bounded by slots: a full cache gives up a session
// that was silent for a while, or makes no new one, which is no error.
class FetchSessions {
 public:
  static constexpr auto silence_before_eviction = std::chrono::minutes(2);

  explicit FetchSessions(std::size_t slots) : slots_(slots) {}

  struct Session {
    SessionId id;
    std::int32_t epoch = 0;  // of the next request
    bool uses_ids = false;
    Clock::time_point last_used;
    std::list<FetchItem> items;  // in the order in which they are served
  };

  // What a request asks for. With an error there is nothing else; without a session, `items` is
  // all of it.
  struct Context {
    wire::ErrorCode error = wire::ErrorCode::none;
    std::shared_ptr<Session> session;  // shared with the fetch that waits, should it be evicted
    bool is_incremental = false;
    std::list<FetchItem> items;

    std::list<FetchItem>& asked() { return session ? session->items : items; }
    SessionId session_id() const { return session ? session->id : SessionId{0}; }
  };
  Context begin(const wire::FetchRequest& request, wire::Version version, Clock::time_point now);

  std::size_t size() const { return sessions_.size(); }

 private:
  static constexpr std::int32_t final_epoch = -1;
  static constexpr std::int32_t initial_epoch = 0;

  Context begin_new(std::list<FetchItem> items, bool uses_ids, Clock::time_point now);
  Context go_on(const wire::FetchRequest& request, bool uses_ids, Clock::time_point now);
  bool make_room(Clock::time_point now);
  SessionId unused_id() const;

  std::size_t slots_;
  std::unordered_map<SessionId, std::shared_ptr<Session>> sessions_;
};

}  // namespace odradek::broker
