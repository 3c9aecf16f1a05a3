// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.h"
#include "base/now.h"
#include "base/result.h"
#include "base/uuid.h"
#include "broker/partition.h"
#include "broker/timer.h"
#include "log/record_walk.h"
#include "wire/coordinator_record.h"
#include "wire/error_code.h"

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace odradek::broker {

class Node;

// A coordinator of what is in one partition of an internal topic: of groups, or of transactions.
class CoordinatorShard {
 public:
  explicit CoordinatorShard(PartitionId partition) : id(partition) {}
  virtual ~CoordinatorShard() = default;
  CoordinatorShard(const CoordinatorShard&) = delete;
  CoordinatorShard& operator=(const CoordinatorShard&) = delete;

  const PartitionId id;

  // One record of the log, or the one of a control batch, in the order of the log. False where it
  // is damaged.
  virtual bool replay(const log::LoggedRecord& logged) = 0;
  // That was the last one: requests follow.
  virtual void loaded() = 0;
  // The partition is led elsewhere, or cannot be written: whoever waits is told. The last call.
  virtual void unload() = 0;

  // When on_time() has something to do; none while there is nothing.
  virtual std::optional<TimePoint> wake_up() const = 0;
  virtual void on_time() = 0;
  // Every now and then.
  virtual void clean_up() = 0;
};

// The partitions of an internal topic that a node leads, each with its coordinator: loads them from
// the log when the leadership comes, gives them up when it goes, appends what they decide, and
// keeps the time for them. Kafka: CoordinatorRuntime.
class CoordinatorShards {
 public:
  struct Kind {
    std::string_view topic;
    std::chrono::milliseconds clean_up_interval;
    std::function<std::unique_ptr<CoordinatorShard>(PartitionId)> make;  // with nothing loaded
  };
  CoordinatorShards(Node& node, Kind kind);

  // The shard that has this key, ready for use, or why there is none: NOT_COORDINATOR, or
  // COORDINATOR_LOAD_IN_PROGRESS.
  struct Found {
    CoordinatorShard* shard = nullptr;
    wire::ErrorCode error = wire::ErrorCode::none;
  };
  Found find(std::string_view key);
  Found find(PartitionId id);
  // Calls `visit` with every shard that is led here; COORDINATOR_LOAD_IN_PROGRESS if one of them
  // is not ready yet.
  using Visit = std::function<void(CoordinatorShard&)>;
  wire::ErrorCode for_each(const Visit& visit);
  // Those that are ready.
  void for_each_loaded(const Visit& visit);
  // Null where there is no replica here.
  Partition* partition_of(PartitionId id);
  // One that is led here; null where none is.
  Partition* any_partition();

  // Stages what a shard has decided; `then` is told whether it was written, with all that was
  // staged before. Where it was not the shard is loaded again, if the log can be: what it believes
  // is not what that says. The last thing to be done with a shard for a request.
  using Then = std::function<void(bool is_written)>;
  void append(CoordinatorShard& shard, const std::vector<wire::CoordinatorRecord>& records,
              Then then);
  // The same for what was staged in the shard's partition already.
  void await_commit(CoordinatorShard& shard, Then then);
  // It has decided something: on_time() may have to be called at another time.
  void watch(const CoordinatorShard& shard);

  // The view, or who has which log, has changed: takes up and gives up partitions.
  void follow_catalogue();
  // Time stands still from here on.
  void stop();

 private:
  struct Slot {
    // `waiting`: it could not be loaded, or not be written to, and is tried again.
    enum class State { loading, loaded, waiting, failed };
    State state = State::loading;
    Offset next{-1};  // of the record to be loaded next
    std::unique_ptr<CoordinatorShard> shard;

    bool is_given_up() const { return state == State::waiting || state == State::failed; }
    bool is_to_begin() const { return state == State::loading && next == Offset{-1}; }
  };

  bool leads(PartitionId id);
  Found ready(Slot& slot);
  void take_up(PartitionId id);
  void give_up_unless(const std::function<bool(PartitionId)>& stays);
  void load(Slot& slot);
  Result<> load_some(Slot& slot, Partition& partition);
  void load_next_later();
  void finish_loading(Slot& slot);
  void give_up(Slot& slot, const Error& reason);
  void reload_later();
  void on_timer();
  void clean_up_later();

  Node& node_;
  Kind kind_;
  std::map<PartitionId, Slot> slots_;
  std::optional<Uuid> topic_id_;
  Timer timer_;
  std::optional<TimePoint> timer_at_;
  Timer clean_up_timer_;
  Timer retry_timer_;
  bool loads_later_ = false;
  bool is_stopped_ = false;
};

// The same, of coordinators of one kind.
template <class Shard>
class ShardsOf : public CoordinatorShards {
 public:
  using CoordinatorShards::CoordinatorShards;

  struct Found {
    Shard* shard = nullptr;
    wire::ErrorCode error = wire::ErrorCode::none;
  };
  Found find(std::string_view key) { return as_shard(CoordinatorShards::find(key)); }
  Found find(PartitionId id) { return as_shard(CoordinatorShards::find(id)); }

  using Visit = std::function<void(Shard&)>;
  wire::ErrorCode for_each(const Visit& visit) {
    return CoordinatorShards::for_each(as_visit(visit));
  }
  void for_each_loaded(const Visit& visit) { CoordinatorShards::for_each_loaded(as_visit(visit)); }

 private:
  static Found as_shard(const CoordinatorShards::Found& found) {
    return {static_cast<Shard*>(found.shard), found.error};
  }
  static CoordinatorShards::Visit as_visit(const Visit& visit) {
    return [&visit](CoordinatorShard& shard) { visit(static_cast<Shard&>(shard)); };
  }
};

}  // namespace odradek::broker
