// SPDX-License-Identifier: Apache-2.0
#include "broker/handlers/handlers.h"
#include "broker/node.h"
#include "broker/topic_creation.h"
#include "meta/leadership.h"

#include <map>
#include <memory>

// AlterPartitionReassignments (KIP-455): other replicas for a partition, or back again. There is
// nothing to copy, so it is done at once, unless a node that is to have a replica is down. Kafka:
// ReplicationControlManager.alterPartitionReassignments.
namespace odradek::broker {

using wire::AlterPartitionReassignmentsRequest;
using wire::AlterPartitionReassignmentsResponse;
using wire::ErrorCode;

namespace {

using ReassignablePartition =
    AlterPartitionReassignmentsRequest::ReassignableTopic::ReassignablePartition;

struct Reassignment {
  ErrorCode error = ErrorCode::none;
  std::string message;
  meta::PartitionRecord partition;
};

Reassignment refused_reassignment(ErrorCode error, std::string message) {
  return {error, std::move(message), {}};
}

// Nobody may be left without a leader by it.
Reassignment unless_leaderless(const meta::CatalogueView& view, const meta::PartitionRecord& before,
                               meta::PartitionRecord after) {
  const bool loses_leader =
      view.leader_of(before) != none_of<NodeId> && view.leader_of(after) == none_of<NodeId>;
  if (!loses_leader) return {.partition = std::move(after)};
  return refused_reassignment(
      ErrorCode::invalid_replica_assignment,
      "Unable to change the partition assignment: it would require an unclean leader "
      "election.");
}

Reassignment reassign(const ReassignablePartition& wish, bool may_change_factor,
                      const meta::PartitionRecord& before, const meta::CatalogueView& view,
                      const Cluster& cluster) {
  if (!wish.replicas) {
    if (before.is_being_reassigned()) {
      return unless_leaderless(view, before, meta::with_reassignment_cancelled(view, before));
    }
    return refused_reassignment(ErrorCode::no_reassignment_in_progress,
                                "No partition reassignment is in progress.");
  }
  if (auto fault = assignment_fault(*wish.replicas, cluster); !fault.empty()) {
    return refused_reassignment(ErrorCode::invalid_replica_assignment, std::move(fault));
  }
  // What it is heading for already (KIP-860).
  const std::size_t factor = before.replicas.size() - before.removing_replicas.size();
  if (!may_change_factor && wish.replicas->size() != factor) {
    return refused_reassignment(ErrorCode::invalid_replication_factor,
                                "The replication factor is changed from " + std::to_string(factor) +
                                    " to " + std::to_string(wish.replicas->size()));
  }
  return unless_leaderless(view, before, meta::reassigned(view, before, *wish.replicas));
}

meta::Records decide(const AlterPartitionReassignmentsRequest& request,
                     const meta::CatalogueView& view, const Cluster& cluster,
                     AlterPartitionReassignmentsResponse& response) {
  response = {};  // of an earlier decision
  response.allow_replication_factor_change = request.allow_replication_factor_change;
  // A partition that is named twice is changed twice.
  std::map<std::pair<Uuid, PartitionId>, meta::PartitionRecord> changed;
  for (const auto& wished : request.topics) {
    auto& answered = response.responses.emplace_back();
    answered.name = wished.name;
    const auto topic = view.find(wished.name);
    for (const ReassignablePartition& wish : wished.partitions) {
      auto& answer = answered.partitions.emplace_back();
      answer.partition_index = wish.partition_index;
      const auto index = static_cast<std::size_t>(wish.partition_index.value);
      if (!topic || index >= topic->partitions.size()) {
        answer.error_code = ErrorCode::unknown_topic_or_partition;
        answer.error_message = "Unable to find the partition.";
        continue;
      }
      const std::pair key(topic->id, wish.partition_index);
      const auto earlier = changed.find(key);
      const auto& before = earlier == changed.end() ? topic->partitions[index] : earlier->second;
      Reassignment outcome =
          reassign(wish, request.allow_replication_factor_change, before, view, cluster);
      answer.error_code = outcome.error;
      if (outcome.error == ErrorCode::none) {
        changed.insert_or_assign(key, std::move(outcome.partition));
      } else {
        answer.error_message = std::move(outcome.message);
      }
    }
  }
  meta::PartitionChanges changes;
  for (auto& [key, partition] : changed) {
    const auto& before = view.find(key.first)->partitions;
    if (partition == before[static_cast<std::size_t>(key.second.value)]) continue;
    changes.add(key.first, key.second, std::move(partition));
  }
  return changes.take();
}

}  // namespace

void handle(const AlterPartitionReassignmentsRequest& request, const ExchangePtr& exchange) {
  // Kafka: QuorumController.alterPartitionReassignments.
  if (request.topics.empty()) {
    return answer<AlterPartitionReassignmentsRequest>(*exchange, {.error_message = ""});
  }
  // Of the two steps below.
  const auto response = std::make_shared<AlterPartitionReassignmentsResponse>();
  exchange->node().catalogue().change(
      [request, exchange, response](const meta::CatalogueView& view) {
        return decide(request, view, exchange->node().cluster(), *response);
      },
      [exchange, response](const Result<>& changed) {
        if (!changed) {
          response->error_code = ErrorCode::kafka_storage_error;
          response->error_message = changed.error().context;
        }
        answer<AlterPartitionReassignmentsRequest>(*exchange, *response);
      });
}

}  // namespace odradek::broker
