// SPDX-License-Identifier: Apache-2.0
#include "broker/handlers/handlers.h"
#include "broker/node.h"
#include "meta/topic_name.h"

// DescribeProducers: the producers that a partition led here remembers, and their open transactions
// (KIP-664). Kafka: KafkaApis.handleDescribeProducersRequest, UnifiedLog.activeProducers.
namespace odradek::broker {

using wire::DescribeProducersRequest;
using wire::DescribeProducersResponse;
using wire::ErrorCode;

namespace {

using PartitionResponse = DescribeProducersResponse::TopicResponse::PartitionResponse;
using Producer = PartitionResponse::ProducerState;

Producer describe(ProducerId id, const log::ProducerEntry& entry) {
  Producer producer;
  producer.producer_id = id;
  producer.producer_epoch = entry.epoch.value;
  if (!entry.batches().empty()) producer.last_sequence = entry.batches().back().last_sequence;
  producer.last_timestamp = entry.last_timestamp;
  producer.coordinator_epoch = entry.coordinator_epoch;
  producer.current_txn_start_offset = entry.transaction_first_offset.value_or(Offset{-1});
  return producer;
}

PartitionResponse describe(Node& node, const std::string& topic, PartitionId id) {
  PartitionResponse response;
  response.partition_index = id;
  const auto opened = node.partitions().open(topic, id);
  response.error_code = opened.error;
  if (!node.view().find(topic)) {
    response.error_message = "This server does not host this topic-partition.";
  }
  if (!opened.log) return response;
  for (const auto& [producer, entry] : opened.log->producers().producers()) {
    response.active_producers.push_back(describe(producer, entry));
  }
  return response;
}

}  // namespace

void handle(const DescribeProducersRequest& request, const ExchangePtr& exchange) {
  DescribeProducersResponse response;
  for (const auto& topic : request.topics) {
    auto& answered = response.topics.emplace_back();
    answered.name = topic.name;
    const auto invalid = meta::topic_name_fault(topic.name);
    for (const PartitionId id : topic.partition_indexes) {
      if (invalid) {
        answered.partitions.push_back({.partition_index = id,
                                       .error_code = ErrorCode::invalid_topic_exception,
                                       .error_message = invalid,
                                       .active_producers = {}});
      } else {
        answered.partitions.push_back(describe(exchange->node(), topic.name, id));
      }
    }
  }
  answer<DescribeProducersRequest>(*exchange, response);
}

}  // namespace odradek::broker
