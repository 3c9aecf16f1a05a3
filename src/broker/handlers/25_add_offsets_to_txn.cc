// SPDX-License-Identifier: Apache-2.0
#include "base/utf16.h"
#include "broker/client_errors.h"
#include "broker/handlers/handlers.h"
#include "broker/internal_topics.h"
#include "broker/node.h"

#include <utility>

// AddOffsetsToTxn: a group's partition of __consumer_offsets becomes part of a transaction. Kafka:
// KafkaApis.handleAddOffsetsToTxnRequest.
namespace odradek::broker {

using wire::AddOffsetsToTxnRequest;
using wire::AddOffsetsToTxnResponse;
using wire::ErrorCode;

namespace {

constexpr wire::Version first_with_producer_fenced = 2;

void answer_added(Exchange& exchange, ErrorCode error) {
  AddOffsetsToTxnResponse response;
  response.error_code = or_invalid_epoch(error, exchange, first_with_producer_fenced);
  answer<AddOffsetsToTxnRequest>(exchange, response);
}

void add(const AddOffsetsToTxnRequest& request, const ExchangePtr& exchange) {
  Node& node = exchange->node();
  const auto topic = node.view().find(consumer_offsets);
  if (!topic) return answer_added(*exchange, ErrorCode::coordinator_not_available);
  const auto count = static_cast<std::int32_t>(topic->partitions.size());
  const PartitionId partition{java_partition(request.group_id, count)};
  node.transactions().add_partitions(
      {request.transactional_id,
       {request.producer_id, request.producer_epoch},
       {{std::string(consumer_offsets), partition}},
       /*client_version=*/0},
      [exchange](ErrorCode error) { answer_added(*exchange, error); });
}

}  // namespace

void handle(const AddOffsetsToTxnRequest& request, const ExchangePtr& exchange) {
  require_internal_topic(exchange->node(), consumer_offsets,
                         [request, exchange] { add(request, exchange); });
}

}  // namespace odradek::broker
