// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.h"
#include "base/uuid.h"
#include "broker/partition.h"
#include "broker/waiting_exchanges.h"
#include "group/coordinator.h"
#include "meta/catalogue_view.h"
#include "wire/error_code.h"

#include <boost/asio/steady_timer.hpp>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string_view>

namespace odradek::broker {

class Node;

// The groups that a node coordinates: those whose partition of __consumer_offsets it leads. Loads
// them from the log when the leadership comes, gives them up when it goes, appends what they
// decide and sends their replies once that is written, and keeps the time for them.
class GroupCoordinators {
 public:
  explicit GroupCoordinators(Node& node);

  // One partition's groups.
  struct Shard {
    Shard(PartitionId partition, const group::GroupConfig& config) : id(partition) {
      restart(config);
    }
    // Nothing has been loaded.
    void restart(const group::GroupConfig& config) {
      next = Offset{-1};
      coordinator = std::make_unique<group::Coordinator>(config);
    }
    bool is_to_begin() const { return state == State::loading && next == Offset{-1} && !waits; }

    enum class State { loading, loaded, failed };
    PartitionId id;
    State state = State::loading;
    bool waits = false;  // before it is tried again
    Offset next;         // of the record to be loaded next
    std::unique_ptr<group::Coordinator> coordinator;
  };
  // The shard, ready for use, or why there is none: NOT_COORDINATOR, or
  // COORDINATOR_LOAD_IN_PROGRESS.
  struct Found {
    Shard* shard = nullptr;
    wire::ErrorCode error = wire::ErrorCode::none;
  };
  Found find(std::string_view group);
  // Calls `visit` with every shard that is led here; COORDINATOR_LOAD_IN_PROGRESS if one of them
  // is not ready yet.
  wire::ErrorCode for_each(const std::function<void(Shard&)>& visit);

  const group::GroupConfig& config() const { return config_; }
  Now now() const;
  // A ticket under which a decision's reply finds the exchange.
  group::Ticket ticket(const ExchangePtr& exchange) { return waiting_.add(exchange); }

  // Does what a decision asks for; the last thing to be done with a shard for a request. `then`
  // comes with the replies: none, or NOT_COORDINATOR where the records could not be written.
  using Then = std::function<void(wire::ErrorCode)>;
  void carry_out(Shard& shard, group::Actions actions, Then then = {});

  // The view, or who has which log, has changed: takes up and gives up partitions.
  void follow_catalogue();
  // Topics are gone: so is what was committed for them.
  void forget_topics();
  // Time stands still from here on.
  void stop();

 private:
  Partition* partition_of(PartitionId id);
  bool leads(PartitionId id);
  void take_up(PartitionId id);
  void give_up_unless(const std::function<bool(PartitionId)>& stays);
  void give_up(Shard& shard);
  void for_each_loaded(const std::function<void(Shard&)>& visit);
  group::Coordinator::TopicExists topic_exists() const;
  void load(Shard& shard);
  Result<> load_some(Shard& shard, Partition& partition);
  void load_next_later();
  void finish_loading(Shard& shard);
  void fail(Shard& shard, const Error& reason);
  void reply(const group::Actions& actions, wire::ErrorCode failure);
  void wake_up_for(const Shard& shard);
  void on_timer();
  void clean_up_later();

  Node& node_;
  group::GroupConfig config_;
  std::map<PartitionId, Shard> shards_;
  std::optional<Uuid> topic_id_;
  WaitingExchanges waiting_;
  boost::asio::steady_timer timer_;
  std::optional<TimePoint> timer_at_;
  boost::asio::steady_timer clean_up_timer_;
  boost::asio::steady_timer retry_timer_;
  bool loads_later_ = false;
  bool is_stopped_ = false;
};

}  // namespace odradek::broker
