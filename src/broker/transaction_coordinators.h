// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.h"
#include "base/now.h"
#include "base/result.h"
#include "broker/coordinator_shards.h"
#include "broker/ending_waits.h"
#include "broker/transaction_markers.h"
#include "broker/transaction_membership.h"
#include "txn/coordinator.h"
#include "wire/error_code.h"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace odradek::broker {

class Node;

// The transactions that a node coordinates: those whose partition of __transaction_state it leads.
// What is asked of them here is answered once it is durable, and not before.
class TransactionCoordinators {
 public:
  explicit TransactionCoordinators(Node& node);

  // One partition's transactional ids.
  class Shard final : public CoordinatorShard {
   public:
    Shard(TransactionCoordinators& all, PartitionId partition);

    bool replay(const log::LoggedRecord& logged) override;
    void loaded() override;
    void unload() override;
    std::optional<TimePoint> wake_up() const override { return coordinator.wake_up(); }
    void on_time() override;
    void clean_up() override;

    txn::Coordinator coordinator;

   private:
    TransactionCoordinators& all_;
  };
  using Shards = ShardsOf<Shard>;
  // The shard, ready for use, or why there is none: NOT_COORDINATOR, COORDINATOR_LOAD_IN_PROGRESS,
  // or INVALID_REQUEST for an empty id.
  Shards::Found find(std::string_view transactional_id);
  wire::ErrorCode for_each(const Shards::Visit& visit) { return shards_.for_each(visit); }

  using Outcome = txn::Coordinator::Outcome;
  using Decided = std::function<void(const Outcome&)>;
  void init(txn::Coordinator::Init request, Decided decided);
  void end(txn::Coordinator::End request, Decided decided);

  // Who has to wait for the markers of the transaction before, or because too many are open, waits
  // for a while before he is told CONCURRENT_TRANSACTIONS.
  using Addition = txn::Coordinator::Addition;
  using Added = std::function<void(wire::ErrorCode)>;
  void add_partitions(Addition addition, Added added);
  std::vector<wire::ErrorCode> verify(const TransactionMembership& membership);
  void answer(TransactionMembership membership, TransactionMemberships::Told told);

  // What was asked of other nodes.
  MarkerSender& markers() { return markers_; }

  // The view, or who has which log, has changed.
  void follow_catalogue();
  // Time stands still from here on.
  void stop();

 private:
  // Decides something of an id, with a producer id that nobody had where one is needed.
  using Decide = std::function<Outcome(txn::Coordinator&, ProducerId fresh, txn::Actions&)>;
  void decide(const std::string& id, Decide decide, Decided decided);
  void decide_now(const std::string& id, const Decide& decide, ProducerId fresh, Decided decided);
  wire::ErrorCode try_to_add(const Addition& addition, const Added& added);
  void carry_out(Shard& shard, txn::Actions actions, std::function<void(bool is_written)> then);
  void markers_written(const MarkerSender::Source& source, const txn::Ending& ending);
  void abort_expired(const std::string& id);
  bool may_begin();
  Now now() const;

  Node& node_;
  txn::TransactionConfig config_;
  Shards shards_;
  MarkerSender markers_;
  EndingWaits waits_;
};

}  // namespace odradek::broker
