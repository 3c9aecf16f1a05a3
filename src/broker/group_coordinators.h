// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.h"
#include "base/now.h"
#include "broker/coordinator_shards.h"
#include "broker/waiting_exchanges.h"
#include "group/coordinator.h"
#include "log/producer_state.h"
#include "meta/catalogue_view.h"
#include "wire/error_code.h"

#include <functional>
#include <string_view>

namespace odradek::broker {

class Node;

// The groups that a node coordinates: those whose partition of __consumer_offsets it leads.
class GroupCoordinators {
 public:
  explicit GroupCoordinators(Node& node);

  // One partition's groups.
  class Shard final : public CoordinatorShard {
   public:
    Shard(GroupCoordinators& all, PartitionId partition);

    bool replay(const log::LoggedRecord& logged) override;
    void loaded() override;
    void unload() override;
    std::optional<TimePoint> wake_up() const override { return coordinator.wake_up(); }
    void on_time() override;
    void clean_up() override;

    group::Coordinator coordinator;

   private:
    GroupCoordinators& all_;
  };
  using Shards = ShardsOf<Shard>;
  // The shard, ready for use, or why there is none: NOT_COORDINATOR, or
  // COORDINATOR_LOAD_IN_PROGRESS.
  Shards::Found find(std::string_view group) { return shards_.find(group); }
  // Calls `visit` with every shard that is led here; COORDINATOR_LOAD_IN_PROGRESS if one of them
  // is not ready yet.
  wire::ErrorCode for_each(const Shards::Visit& visit) { return shards_.for_each(visit); }
  Partition& partition_of(const Shard& shard) { return *shards_.partition_of(shard.id); }

  const group::GroupConfig& config() const { return config_; }
  Now now() const;
  // A ticket under which a decision's reply finds the exchange.
  group::Ticket ticket(const ExchangePtr& exchange) { return waiting_.add(exchange); }

  // Does what a decision asks for; the last thing to be done with a shard for a request. `then`
  // comes with the replies: none, or NOT_COORDINATOR where the records could not be written.
  using Then = std::function<void(wire::ErrorCode)>;
  void carry_out(Shard& shard, group::Actions actions, Then then = {});

  // The offsets that a producer commits in its transaction, as check() of the shard's coordinator
  // allowed and made them. What the log has against it is told as it is.
  struct InTransaction {
    ProducerId producer;
    ProducerEpoch epoch;
    log::VerificationGuard guard;
  };
  void commit(Shard& shard, const group::Actions& actions, const InTransaction& transaction,
              Then then);
  // The marker of a transaction that has offsets in this partition. NOT_LEADER_OR_FOLLOWER where
  // that cannot be written now.
  void end_transaction(PartitionId partition, const log::EndOfTransaction& end, Then then);

  // The view, or who has which log, has changed: takes up and gives up partitions.
  void follow_catalogue();
  // Topics are gone: so is what was committed for them.
  void forget_topics();
  // Time stands still from here on.
  void stop() { shards_.stop(); }

 private:
  group::Coordinator::TopicExists topic_exists() const;
  void forget_topics(Shard& shard);
  void reply(const group::Actions& actions, wire::ErrorCode failure);

  Node& node_;
  group::GroupConfig config_;
  WaitingExchanges waiting_;
  Shards shards_;
};

}  // namespace odradek::broker
