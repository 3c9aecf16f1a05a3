// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "broker/cluster.h"
#include "broker/peers.h"
#include "broker/storage_pool.h"
#include "meta/catalogue.h"

#include <deque>

namespace odradek::broker {

// Writes the catalogue, for one node of the cluster: makes one proposal after the other durable, on
// the storage pool, and tells every node of each commit. A proposal that was decided by an older
// version is a conflict; its proposer looks again. A proposal of nothing asks just that. Used by
// its node's thread.
class Controller {
 public:
  Controller(meta::Catalogue& catalogue, StoragePool& pool, Peers& peers, const Cluster& cluster)
      : catalogue_(catalogue), pool_(pool), peers_(peers), cluster_(cluster) {}

  void propose(NodeId proposer, Proposal proposal);

 private:
  struct Waiting {
    NodeId proposer;
    Proposal proposal;
  };
  void write_next();
  void answer(NodeId proposer, std::uint64_t number, const Result<>& result);
  void written(NodeId proposer, std::uint64_t number,
               const std::shared_ptr<const meta::Records>& records, const Result<>& result);

  meta::Catalogue& catalogue_;
  StoragePool& pool_;
  Peers& peers_;
  const Cluster& cluster_;
  std::deque<Waiting> waiting_;
  bool is_writing_ = false;
};

}  // namespace odradek::broker
