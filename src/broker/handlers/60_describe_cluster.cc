// SPDX-License-Identifier: Apache-2.0
#include "broker/cluster.h"
#include "broker/handlers/handlers.h"
#include "broker/node.h"

// DescribeCluster. Kafka: KafkaApis.handleDescribeCluster,
// AuthHelper.computeDescribeClusterResponse.
namespace odradek::broker {

using wire::DescribeClusterRequest;
using wire::DescribeClusterResponse;
using wire::ErrorCode;

namespace {

constexpr std::int8_t endpoint_brokers = 1;
constexpr std::int8_t endpoint_controllers = 2;

}  // namespace

void handle(const DescribeClusterRequest& request, const ExchangePtr& exchange) {
  Node& node = exchange->node();
  DescribeClusterResponse response;
  if (request.endpoint_type != endpoint_brokers) {
    // Kafka's two answers of a broker that is asked for something else.
    response.error_code = request.endpoint_type == endpoint_controllers
                              ? ErrorCode::mismatched_endpoint_type
                              : ErrorCode::unsupported_endpoint_type;
    response.error_message = "The request was sent to an endpoint of type BROKER";
    return answer<DescribeClusterRequest>(*exchange, response);
  }
  response.endpoint_type = endpoint_brokers;
  response.cluster_id = node.view().cluster_id();
  response.controller_id = told_controller(node);
  for (const Cluster::Member& member : node.cluster().members) {
    const bool is_fenced = !node.view().is_up(member.id);
    if (is_fenced && !request.include_fenced_brokers) continue;
    const NodeAddress each = address_of(member, exchange->connection());
    response.brokers.push_back({each.id, each.host, each.port, each.rack, is_fenced});
  }
  if (request.include_cluster_authorized_operations) {
    response.cluster_authorized_operations = all_cluster_operations;
  }
  answer<DescribeClusterRequest>(*exchange, response);
}

}  // namespace odradek::broker
