// SPDX-License-Identifier: Apache-2.0
#include "broker/handlers/handlers.h"
#include "broker/log_start.h"
#include "broker/node.h"
#include "meta/topic_name.h"

// DeleteRecords: moves the start of a log. Kafka: ReplicaManager.deleteRecords,
// Partition.deleteRecordsOnLeader.
namespace odradek::broker {

using wire::DeleteRecordsRequest;
using wire::DeleteRecordsResponse;
using wire::ErrorCode;

namespace {

constexpr Offset high_watermark{-1};

using DeleteRecordsPartitionResult =
    DeleteRecordsResponse::DeleteRecordsTopicResult::DeleteRecordsPartitionResult;

ErrorCode delete_before(Node& node, Partition& partition, log::PartitionLog& log, Offset before,
                        DeleteRecordsPartitionResult& answer) {
  if (meta::is_internal_topic(partition.topic().name)) return ErrorCode::invalid_topic_exception;
  if (!partition.config().is_deleted) return ErrorCode::policy_violation;
  if (before == high_watermark) before = log.high_watermark();
  if (before < Offset{0} || before > log.high_watermark()) return ErrorCode::offset_out_of_range;
  if (!advance_log_start(node, partition, log, before)) return ErrorCode::kafka_storage_error;
  answer.low_watermark = log.log_start_offset();
  return ErrorCode::none;
}

}  // namespace

void handle(const DeleteRecordsRequest& request, const ExchangePtr& exchange) {
  Node& node = exchange->node();
  node.commit();
  DeleteRecordsResponse response;
  for (const auto& topic : request.topics) {
    if (topic.partitions.empty()) continue;
    auto& answered = response.topics.emplace_back();
    answered.name = topic.name;
    for (const auto& partition : topic.partitions) {
      auto& answer = answered.partitions.emplace_back();
      answer.partition_index = partition.partition_index;
      answer.low_watermark = Offset{-1};
      const auto found = node.partitions().open(topic.name, partition.partition_index);
      answer.error_code =
          found.log ? delete_before(node, *found.partition, *found.log, partition.offset, answer)
                    : found.error;
    }
  }
  // The records must stay deleted, so the answer waits for the disk.
  node.save_log_start_offsets([exchange, response](const Result<>& saved) mutable {
    if (!saved) {
      for (auto& topic : response.topics) {
        for (auto& each : topic.partitions) each.error_code = ErrorCode::kafka_storage_error;
      }
    }
    answer<DeleteRecordsRequest>(*exchange, response);
  });
}

}  // namespace odradek::broker
