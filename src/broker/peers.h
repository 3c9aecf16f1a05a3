// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.h"
#include "base/result.h"
#include "base/uuid.h"
#include "broker/transaction_membership.h"
#include "log/follower_log.h"
#include "log/partition_log.h"
#include "meta/records.h"
#include "txn/transaction.h"
#include "wire/error_code.h"

#include <boost/asio/io_context.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <variant>
#include <vector>

// What nodes say to each other: values, sent one way, in the order in which they were sent. Between
// two threads that is a post to the other loop; between two machines it would be a frame on a
// socket, of the same content (for a log, where it lies and how far it goes).
namespace odradek::broker {

// To the controller: a change of the catalogue, decided by what it said at `expected`.
struct Proposal {
  std::uint64_t number = 0;  // the proposer's
  std::int64_t expected = 0;
  meta::Records records;
};
// And back: durable, or why not; Fault::conflict where the catalogue had moved on. A commit that
// decided it comes first.
struct ProposalOutcome {
  std::uint64_t number = 0;
  Result<> result;
};

// From the controller to every node: the catalogue is at `version`, by these records.
struct Commit {
  std::int64_t version = 0;
  std::shared_ptr<const meta::Records> records;
};

// From a leader to the one behind it: the log goes with the leadership. Null where nobody had
// opened it; then it is as it lies on the disk.
struct LogHandover {
  std::string topic;
  Uuid topic_id;
  PartitionId partition;
  std::unique_ptr<log::PartitionLog> log;
};
// A sync that a log had asked for has ended after the log went on to another node.
struct LogSynced {
  Uuid topic_id;
  PartitionId partition;
  log::PartitionLog::SyncNumber sync = 0;
  Result<> result;
};

// From a follower to its leader: this is how far I know; tell me when there is more, or at once.
struct FollowRequest {
  Uuid topic_id;
  PartitionId partition;
  log::FollowerLog::Progress known;
  bool at_once = false;
};
// And back.
struct FollowResponse {
  Uuid topic_id;
  PartitionId partition;
  LeaderEpoch leader_epoch;
  log::FollowerLog::Progress progress;
};

// To a node: let clients in, or turn them away, and say when it is done.
struct SwitchRequest {
  std::uint64_t number = 0;
  bool up = false;
};
struct SwitchResponse {
  std::uint64_t number = 0;
  Result<> result;
};

// From a transaction's coordinator to the leader of these partitions: write its marker to them.
struct MarkersRequest {
  std::uint64_t number = 0;
  log::EndOfTransaction end;
  std::vector<txn::TopicPartition> partitions;
};
// And back, when they are written; in the same order.
struct MarkersResponse {
  std::uint64_t number = 0;
  std::vector<wire::ErrorCode> errors;
};

// From the leader of these partitions to the coordinator of a transaction: do they belong to it, or
// let them.
struct MembershipRequest {
  std::uint64_t number = 0;
  TransactionMembership membership;
};
// And back, in the same order.
struct MembershipResponse {
  std::uint64_t number = 0;
  std::vector<wire::ErrorCode> errors;
};

struct Message {
  NodeId from;
  // The version of the catalogue by which it was written: it is not to be read with an older view.
  std::int64_t version = 0;
  std::variant<Proposal, ProposalOutcome, Commit, LogHandover, LogSynced, FollowRequest,
               FollowResponse, SwitchRequest, SwitchResponse, MarkersRequest, MarkersResponse,
               MembershipRequest, MembershipResponse>
      content;
};

class Peers {
 public:
  virtual void send(NodeId to, Message message) = 0;

 protected:
  ~Peers() = default;
};

// Nodes of one process, each with its own loop.
class LoopPeers final : public Peers {
 public:
  using Receive = std::function<void(Message)>;
  // Before any thread is started.
  void add(NodeId node, boost::asio::io_context& loop, Receive receive);

  // From any thread; `receive` runs on the thread of the node's loop.
  void send(NodeId to, Message message) override;

 private:
  struct Peer {
    boost::asio::io_context& loop;
    Receive receive;
  };
  std::map<NodeId, Peer> peers_;
};

}  // namespace odradek::broker
