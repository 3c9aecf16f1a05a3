// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "broker/partition_table.h"
#include "broker/peers.h"

namespace odradek::broker {

class Node;

// A node's part in the life of partitions that several nodes have replicas of.
//
// Leadership: the catalogue says who leads. The leader before passes the log on as soon as its view
// says so, with everything that is known of the partition; the new one refuses until it has come.
// There is one log, so nobody can append beside the other, and whoever is sent a log that is no
// longer his sends it after its leader.
//
// Followers: nothing is copied, the files are the same. A follower that clients read from asks its
// leader how far the log is, one question at a time, and is answered when there is more.
//
// Used by the node's thread.
class Replication {
 public:
  explicit Replication(Node& node) : node_(node) {}

  // Sends off the logs that the node leads no more, and what is known of logs that never came.
  void send_off(PartitionTable::Changes& changes);

  void receive(LogHandover handover);
  void receive(const LogSynced& synced);
  void receive(NodeId follower, const FollowRequest& request);
  void receive(const FollowResponse& response);

  // Something was committed to a partition that is led here: tells those who wait for it.
  void inform_followers(Partition& partition);
  // Records were deleted: tells everybody who may still show them.
  void inform_all(Partition& partition);
  // Tells a follower of its own accord, before clients are sent there.
  void inform(Partition& partition, NodeId follower);

  // Clients read from this follower: asks the leader, to be told when there is more, or at once
  // where a client seems to know more than the follower.
  enum class Urgency { when_there_is_more, at_once };
  void follow(Partition& partition, Urgency urgency = Urgency::when_there_is_more);

  // A sync that a log had asked for has ended.
  void synced(const Uuid& topic_id, PartitionId id, const SyncOutcome& outcome);

 private:
  Node& node_;
};

}  // namespace odradek::broker
