// SPDX-License-Identifier: Apache-2.0
#include "broker/handlers/handlers.h"
#include "broker/node.h"
#include "meta/leadership.h"

#include <memory>
#include <set>

// ElectLeaders: gives partitions to their preferred leaders, or leaderless ones to any replica.
// Kafka: ReplicationControlManager.electLeaders.
namespace odradek::broker {

using wire::ElectLeadersRequest;
using wire::ElectLeadersResponse;
using wire::ErrorCode;

namespace {

enum class ElectionType : std::int8_t { preferred = 0, unclean = 1 };

using ReplicaElectionResult = ElectLeadersResponse::ReplicaElectionResult;

struct Outcome {
  ErrorCode error = ErrorCode::none;
  std::string message;
  std::optional<meta::PartitionRecord> elected;
};

// Replicas are views of one disk, so an unclean election loses nothing; and a replica that is up
// leads already.
Outcome elect(const meta::CatalogueView& view, const meta::PartitionRecord& partition,
              ElectionType type) {
  const bool has_leader = view.leader_of(partition) != none_of<NodeId>;
  const bool is_needed = type == ElectionType::preferred
                             ? view.leader_of(partition) != partition.replicas.front()
                             : !has_leader;
  if (!is_needed) {
    return {ErrorCode::election_not_needed, "Leader election not needed for topic partition.", {}};
  }
  if (type == ElectionType::unclean) {
    return {ErrorCode::eligible_leaders_not_available,
            "Eligible topic partition leaders are not available.",
            {}};
  }
  auto elected = meta::with_preferred_leader(view, partition);
  if (elected) return {.elected = std::move(elected)};
  return {ErrorCode::preferred_leader_not_available, "The preferred leader was not available.", {}};
}

class Elections {
 public:
  Elections(const ElectLeadersRequest& request, const meta::CatalogueView& view)
      : request_(request), view_(view) {}

  meta::Records run(ElectLeadersResponse& response) {
    response = {};  // of an earlier decision
    if (request_.topic_partitions) {
      for (const auto& topic : *request_.topic_partitions) {
        elect_in(topic.topic, topic.partitions, response);
      }
    } else {
      elect_everywhere(response);
    }
    return changes_.take();
  }

 private:
  void elect_in(const std::string& name, const std::vector<PartitionId>& ids,
                ElectLeadersResponse& response) {
    const auto topic = view_.find(name);
    ReplicaElectionResult& answer = response.replica_election_results.emplace_back();
    answer.topic = name;
    for (const PartitionId id : ids) add(answer, id, outcome_of(name, topic, id));
  }

  // Partitions that have the right leader are not told of, their topics are.
  void elect_everywhere(ElectLeadersResponse& response) {
    for (const auto& [name, topic] : view_.topics()) {
      ReplicaElectionResult answer;
      answer.topic = name;
      for (std::size_t i = 0; i < topic->partitions.size(); ++i) {
        const PartitionId id{static_cast<std::int32_t>(i)};
        const Outcome outcome = outcome_of(name, topic, id);
        if (outcome.error != ErrorCode::election_not_needed) add(answer, id, outcome);
      }
      response.replica_election_results.push_back(std::move(answer));
    }
  }

  Outcome outcome_of(const std::string& name, const meta::TopicPtr& topic, PartitionId id) {
    const auto index = static_cast<std::size_t>(id.value);
    if (!topic || index >= topic->partitions.size()) {
      const std::string missing =
          topic ? "No such partition as " + name + "-" + std::to_string(id.value)
                : "No such topic as " + name;
      return {ErrorCode::unknown_topic_or_partition, missing, {}};
    }
    Outcome outcome =
        elect(view_, topic->partitions[index], static_cast<ElectionType>(request_.election_type));
    const bool is_first = elected_.emplace(topic->id, id).second;
    if (outcome.elected && is_first) changes_.add(topic->id, id, *outcome.elected);
    return outcome;
  }

  static void add(ReplicaElectionResult& answer, PartitionId id, const Outcome& outcome) {
    auto& result = answer.partition_result.emplace_back();
    result.partition_id = id;
    result.error_code = outcome.error;
    if (!outcome.message.empty()) result.error_message = outcome.message;
  }

  const ElectLeadersRequest& request_;
  const meta::CatalogueView& view_;
  std::set<std::pair<Uuid, PartitionId>> elected_;
  meta::PartitionChanges changes_;
};

// Of a kind of election that there is not.
ElectLeadersResponse refusal(const ElectLeadersRequest& request) {
  ElectLeadersResponse response;
  response.error_code = ErrorCode::invalid_request;
  if (!request.topic_partitions) return response;
  for (const auto& topic : *request.topic_partitions) {
    ReplicaElectionResult& answer = response.replica_election_results.emplace_back();
    answer.topic = topic.topic;
    for (const PartitionId id : topic.partitions) {
      answer.partition_result.push_back(
          {id, ErrorCode::invalid_request, "Unknown type of election."});
    }
  }
  return response;
}

}  // namespace

void handle(const ElectLeadersRequest& request, const ExchangePtr& exchange) {
  const auto type = static_cast<ElectionType>(request.election_type);
  if (type != ElectionType::preferred && type != ElectionType::unclean) {
    return answer<ElectLeadersRequest>(*exchange, refusal(request));
  }
  const auto response = std::make_shared<ElectLeadersResponse>();  // of the two steps below
  exchange->node().catalogue().change(
      [request, response](const meta::CatalogueView& view) {
        return Elections(request, view).run(*response);
      },
      [exchange, response](const Result<>& changed) {
        if (!changed) response->error_code = ErrorCode::kafka_storage_error;
        answer<ElectLeadersRequest>(*exchange, *response);
      });
}

}  // namespace odradek::broker
