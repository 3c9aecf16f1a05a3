// SPDX-License-Identifier: Apache-2.0
#include "broker/replication.h"

#include "broker/node.h"

#include <spdlog/spdlog.h>

#include <utility>

namespace odradek::broker {

void Replication::send_off(PartitionTable::Changes& changes) {
  for (auto& each : changes.departures) {
    node_.send(each.new_leader, LogHandover{std::move(each.topic), each.topic_id, each.partition,
                                            std::move(each.log)});
  }
  for (const auto& each : changes.late_syncs) synced(each.topic_id, each.partition, each.outcome);
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
  partition.accept(std::move(handover.log));
  if (partition.open_log()) node_.publish(partition);  // what was under way may be awaited still
  node_.follow_coordinators();                         // it may be one of theirs
  if (partition.has_followers_waiting() && partition.log()) inform_followers(partition);
}

void Replication::synced(const Uuid& topic_id, PartitionId id, const SyncOutcome& outcome) {
  const auto topic = node_.view().find(topic_id);
  if (!topic) return;
  const NodeId leader = topic->partitions[static_cast<std::size_t>(id.value)].leader;
  if (leader != node_.id()) {
    return node_.send(leader, LogSynced{topic_id, id, outcome.sync, outcome.result});
  }
  Partition& partition = *node_.partitions().replica(topic_id, id);
  partition.synced(outcome);
  node_.save_recovery_points_soon();
  if (partition.open_log()) node_.publish(partition);
}

void Replication::receive(const LogSynced& message) {
  synced(message.topic_id, message.partition, {message.sync, message.result});
}

void Replication::receive(NodeId follower, const FollowRequest& request) {
  Partition* const partition = node_.partitions().replica(request.topic_id, request.partition);
  // One who asks somebody else than the leader will see in the catalogue who that is.
  if (!partition || partition->role() == Partition::Role::follower) return;
  if (!partition->leads() || !partition->log()) {
    return partition->add_follower(follower);  // told when the log is there
  }
  if (!request.at_once && partition->progress() == request.known) {
    return partition->add_follower(follower);
  }
  inform(*partition, follower);
}

void Replication::inform_all(Partition& partition) {
  for (const NodeId follower : partition.informed()) inform(partition, follower);
}

void Replication::inform(Partition& partition, NodeId follower) {
  partition.note_informed(follower);
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
  // Whoever waits for the first word, or wants to know whether there is more, looks again.
  const bool is_awaited = !partition->follower_log() || partition->has_asked_at_once();
  partition->answered();
  if (const auto advanced = partition->advance(response.progress); !advanced) {
    const bool is_late = advanced.error().fault == Fault::not_found;
    if (!is_late) {
      spdlog::warn("cannot follow partition={} reason=\"{}\"", partition->folder(),
                   advanced.error().context);
    }
    return partition->wake_all();
  }
  const log::Growth growth = partition->take_growth();
  is_awaited ? partition->wake_all() : partition->wake(growth);
  node_.settle();
  node_.commit();  // fetches that have enough now
  // The answer to a fetch may have changed what there is.
  Partition* const still = node_.partitions().replica(response.topic_id, response.partition);
  if (still && still->has_waiters()) follow(*still);
}

void Replication::follow(Partition& partition, Urgency urgency) {
  const NodeId leader = node_.view().leader_of(partition.record());
  const bool at_once = urgency == Urgency::at_once;
  if (leader == none_of<NodeId>) return;
  if (!(at_once ? partition.ask_at_once() : partition.ask())) return;
  const auto* const log = partition.follower_log();
  // Without a log it knows less than any leader can say.
  const log::FollowerLog::Progress known =
      log ? log->progress() : log::FollowerLog::Progress{Offset{-1}, Offset{-1}, Offset{-1}, {}};
  node_.send(leader, FollowRequest{partition.topic().id, partition.id(), known, at_once});
}

}  // namespace odradek::broker
