// SPDX-License-Identifier: Apache-2.0
#include "broker/replication.h"

#include "broker/node.h"

#include <spdlog/spdlog.h>

#include <utility>

namespace odradek::broker {

void Replication::send_off(std::vector<PartitionTable::Departure> departures) {
  for (auto& each : departures) {
    node_.send(each.new_leader, LogHandover{std::move(each.topic), each.topic_id, each.partition,
                                            std::move(each.log)});
  }
}

void Replication::receive(LogHandover handover) {
  const auto topic = node_.view().find(handover.topic_id);
  if (!topic) {
    // Deleted while the log was on its way: whoever gets it clears up.
    handover.log.reset();
    const auto folder =
        node_.partitions().set_aside(handover.topic, handover.topic_id, handover.partition);
    if (!folder.empty()) node_.remove_later(folder);
    return;
  }
  const auto& record = topic->partitions[static_cast<std::size_t>(handover.partition.value)];
  if (record.leader != node_.id()) return node_.send(record.leader, std::move(handover));
  Partition& partition = *node_.partitions().replica(handover.topic_id, handover.partition);
  const bool was_open = handover.log != nullptr;
  partition.accept(std::move(handover.log));
  if (was_open) inform_followers(partition);
}

void Replication::synced(const Uuid& topic_id, PartitionId id, const SyncOutcome& outcome) {
  const auto topic = node_.view().find(topic_id);
  if (!topic) return;
  const NodeId leader = topic->partitions[static_cast<std::size_t>(id.value)].leader;
  if (leader != node_.id()) {
    return node_.send(leader, LogSynced{topic_id, id, outcome.recovery_point, outcome.result});
  }
  node_.partitions().replica(topic_id, id)->synced(outcome);
  node_.save_recovery_points_soon();
}

void Replication::receive(const LogSynced& message) {
  synced(message.topic_id, message.partition, {message.recovery_point, message.result});
}

void Replication::receive(NodeId follower, const FollowRequest& request) {
  Partition* const partition = node_.partitions().replica(request.topic_id, request.partition);
  // One who asks somebody else than the leader will see in the catalogue who that is.
  if (!partition || partition->role() == Partition::Role::follower) return;
  if (!partition->leads()) return partition->add_follower(follower);  // told when the log comes
  if (!partition->log()) return;  // offline: told by the epoch that follows
  if (partition->progress() == request.known) return partition->add_follower(follower);
  inform(*partition, follower);
}

void Replication::inform(Partition& partition, NodeId follower) {
  node_.send(follower, FollowResponse{partition.topic().id, partition.id(),
                                      partition.leader_epoch(), partition.progress()});
}

void Replication::inform_followers(Partition& partition) {
  for (const NodeId follower : partition.take_followers()) inform(partition, follower);
}

void Replication::receive(const FollowResponse& response) {
  Partition* const partition = node_.partitions().replica(response.topic_id, response.partition);
  const bool is_current = partition && partition->role() == Partition::Role::follower &&
                          partition->leader_epoch() == response.leader_epoch;
  if (!is_current) return;
  partition->answered();
  const auto bytes = partition->advance(response.progress);
  if (!bytes) {
    spdlog::warn("cannot follow partition={} reason=\"{}\"", partition->folder(),
                 bytes.error().context);
    return partition->wake_all();
  }
  partition->wake(*bytes);
  node_.commit();  // fetches that have enough now
  // The answer to a fetch may have changed what there is.
  Partition* const still = node_.partitions().replica(response.topic_id, response.partition);
  if (still && still->has_waiters()) follow(*still);
}

void Replication::follow(Partition& partition) {
  const NodeId leader = node_.view().leader_of(partition.record());
  if (leader == none_of<NodeId> || !partition.ask()) return;
  const auto* const log = partition.follower_log();
  // Without a log it knows less than any leader can say.
  const log::FollowerLog::Progress known =
      log ? log->progress() : log::FollowerLog::Progress{Offset{-1}, Offset{-1}};
  node_.send(leader, FollowRequest{partition.topic().id, partition.id(), known});
}

}  // namespace odradek::broker
