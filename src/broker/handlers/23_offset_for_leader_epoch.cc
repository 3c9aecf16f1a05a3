// SPDX-License-Identifier: Apache-2.0
#include "broker/handlers/handlers.h"
#include "broker/node.h"

// OffsetForLeaderEpoch: where an epoch ends, so that a consumer sees whether its place in the log
// is still the same log. Kafka: Partition.lastOffsetForLeaderEpoch.
namespace odradek::broker {

using wire::ErrorCode;
using wire::OffsetForLeaderEpochRequest;
using wire::OffsetForLeaderEpochResponse;

void handle(const OffsetForLeaderEpochRequest& request, const ExchangePtr& exchange) {
  Node& node = exchange->node();
  node.commit();
  OffsetForLeaderEpochResponse response;
  for (const auto& topic : request.topics) {
    auto& answered = response.topics.emplace_back();
    answered.topic = topic.topic;
    for (const auto& question : topic.partitions) {
      auto& answer = answered.partitions.emplace_back();
      answer.partition = question.partition;
      const auto found = node.partitions().find(topic.topic, question.partition);
      answer.error_code = found.partition
                              ? check_epoch(*found.partition, question.current_leader_epoch)
                              : found.error;
      if (answer.error_code != ErrorCode::none) continue;
      const auto log = found.partition->log();
      if (!log) {
        answer.error_code = ErrorCode::kafka_storage_error;
        continue;
      }
      const auto end =
          (*log)->leader_epochs().end_of(question.leader_epoch, (*log)->high_watermark());
      answer.leader_epoch = end.epoch;
      answer.end_offset = end.offset;
    }
  }
  answer<OffsetForLeaderEpochRequest>(*exchange, response);
}

}  // namespace odradek::broker
