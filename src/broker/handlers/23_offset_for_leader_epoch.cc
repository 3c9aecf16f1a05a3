// SPDX-License-Identifier: Apache-2.0
#include "broker/handlers/handlers.h"
#include "broker/node.h"

// OffsetForLeaderEpoch: where an epoch ends, so that a consumer sees whether its place in the log
// is still the same log. Kafka: Partition.lastOffsetForLeaderEpoch.
namespace odradek::broker {

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
      const auto found =
          node.partitions().open(topic.topic, question.partition, question.current_leader_epoch);
      answer.error_code = found.error;
      if (!found.log) continue;
      const auto end =
          found.log->leader_epochs().end_of(question.leader_epoch, found.log->high_watermark());
      answer.leader_epoch = end.epoch;
      answer.end_offset = end.offset;
    }
  }
  answer<OffsetForLeaderEpochRequest>(*exchange, response);
}

}  // namespace odradek::broker
