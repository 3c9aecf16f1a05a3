// SPDX-License-Identifier: Apache-2.0
#include "broker/cluster.h"
#include "broker/handlers/handlers.h"
#include "broker/node.h"

// DescribeQuorum: the catalogue as if it were Kafka's metadata log: the node that writes it is the
// only voter, the others observe. Kafka: KafkaRaftClient.handleDescribeQuorumRequest.
namespace odradek::broker {

using wire::DescribeQuorumRequest;
using wire::DescribeQuorumResponse;
using wire::ErrorCode;

namespace {

constexpr std::string_view metadata_topic = "__cluster_metadata";
constexpr LeaderEpoch only_epoch{1};  // nobody ever votes

using PartitionData = DescribeQuorumResponse::TopicData::PartitionData;

void describe(PartitionData& answer, Node& node) {
  const Offset end{node.view().version()};
  answer.leader_id = node.cluster().controller;
  answer.leader_epoch = only_epoch;
  answer.high_watermark = end;
  for (const Cluster::Member& member : node.cluster().members) {
    const bool is_voter = member.id == node.cluster().controller;
    if (!is_voter && !node.view().is_up(member.id)) continue;
    auto& states = is_voter ? answer.current_voters : answer.observers;
    auto& state = states.emplace_back();
    state.replica_id = member.id;
    state.replica_directory_id = node.view().directory_id();
    state.log_end_offset = end;
    state.last_fetch_timestamp = state.last_caught_up_timestamp = node.now();
  }
}

void add_controller(DescribeQuorumResponse& response, const Exchange& exchange) {
  const Cluster& cluster = exchange.node().cluster();
  const Cluster::Member& controller = *cluster.find(cluster.controller);
  const NodeAddress address = address_of(controller, exchange.connection());
  auto& node = response.nodes.emplace_back();
  node.node_id = controller.id;
  node.listeners.push_back({exchange.connection().listener().endpoint().name, address.host,
                            static_cast<std::uint16_t>(address.port)});
}

// Kafka: KafkaRaftClient.hasValidTopicPartition: its one partition, and nothing else.
bool asks_for_catalogue(const DescribeQuorumRequest& request) {
  if (request.topics.size() != 1 || request.topics[0].partitions.size() != 1) return false;
  return request.topics[0].topic_name == metadata_topic &&
         request.topics[0].partitions[0].partition_index == PartitionId{0};
}

}  // namespace

void handle(const DescribeQuorumRequest& request, const ExchangePtr& exchange) {
  DescribeQuorumResponse response;
  const bool is_right = asks_for_catalogue(request);
  for (const auto& topic : request.topics) {
    auto& answered = response.topics.emplace_back();
    answered.topic_name = topic.topic_name;
    for (const auto& partition : topic.partitions) {
      PartitionData& answer = answered.partitions.emplace_back();
      answer.partition_index = partition.partition_index;
      if (is_right) {
        describe(answer, exchange->node());
      } else {
        answer.error_code = ErrorCode::unknown_topic_or_partition;
      }
    }
  }
  if (is_right) add_controller(response, *exchange);
  answer<DescribeQuorumRequest>(*exchange, response);
}

}  // namespace odradek::broker
