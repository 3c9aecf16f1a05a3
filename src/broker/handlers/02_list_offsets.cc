// SPDX-License-Identifier: Apache-2.0
#include "broker/handlers/handlers.h"
#include "broker/node.h"
#include "wire/isolation_level.h"

#include <map>

// ListOffsets: the start, the end, or the first offset at a time. Kafka: KafkaApis
// .handleListOffsetRequest, ReplicaManager.fetchOffset, Partition.fetchOffsetForTimestamp.
namespace odradek::broker {

using wire::ErrorCode;
using wire::ListOffsetsRequest;
using wire::ListOffsetsResponse;

namespace {

// What a negative timestamp asks for, and the first version that may (ListOffsetsRequest).
constexpr Timestamp latest{-1};
constexpr Timestamp earliest{-2};
constexpr Timestamp max_timestamp{-3};
constexpr Timestamp earliest_local{-4};
constexpr Timestamp latest_tiered{-5};
constexpr Timestamp earliest_pending_upload{-6};

bool is_supported(Timestamp asked, wire::Version version) {
  if (asked < earliest_pending_upload) return false;
  if (asked == earliest_pending_upload) return version >= 11;
  if (asked == latest_tiered) return version >= 9;
  if (asked == earliest_local) return version >= 8;
  if (asked == max_timestamp) return version >= 7;
  return true;
}

using ListOffsetsPartitionResponse =
    ListOffsetsResponse::ListOffsetsTopicResponse::ListOffsetsPartitionResponse;
using ListOffsetsPartition = ListOffsetsRequest::ListOffsetsTopic::ListOffsetsPartition;

void set(ListOffsetsPartitionResponse& answer, Offset offset, LeaderEpoch epoch) {
  answer.offset = offset;
  answer.leader_epoch = epoch;
}

Result<> look_up(log::PartitionLog& log, Timestamp asked, Offset limit,
                 ListOffsetsPartitionResponse& answer) {
  std::optional<log::Stamped> found;
  if (asked == max_timestamp) {
    TRY(found, log.find_max_timestamp());
  } else {
    TRY(found, log.find(asked));
  }
  if (found && found->offset < limit) {
    set(answer, found->offset, found->leader_epoch);
    answer.timestamp = found->timestamp;
  }
  return {};
}

ErrorCode answer_one(log::PartitionLog& log, const Partition& partition, Timestamp asked,
                     wire::IsolationLevel isolation, ListOffsetsPartitionResponse& answer) {
  const Offset limit = isolation == wire::IsolationLevel::read_committed ? log.last_stable_offset()
                                                                         : log.high_watermark();
  if (asked == latest) {
    set(answer, limit, partition.leader_epoch());
  } else if (asked == earliest || asked == earliest_local) {
    set(answer, log.log_start_offset(), log.leader_epochs().at(log.log_start_offset()));
  } else if (asked != latest_tiered && asked != earliest_pending_upload) {
    if (!look_up(log, asked, limit, answer)) return ErrorCode::kafka_storage_error;
  }
  return ErrorCode::none;  // nothing is tiered: those two find nothing
}

}  // namespace

void handle(const ListOffsetsRequest& request, const ExchangePtr& exchange) {
  Node& node = exchange->node();
  node.commit();
  std::map<std::pair<std::string_view, PartitionId>, int> asked_for;
  for (const auto& topic : request.topics) {
    for (const auto& partition : topic.partitions) {
      ++asked_for[{topic.name, partition.partition_index}];
    }
  }
  const wire::IsolationLevel isolation{request.isolation_level};
  const auto answer_for = [&](const std::string& topic, const ListOffsetsPartition& question) {
    ListOffsetsPartitionResponse answer;
    answer.partition_index = question.partition_index;
    if (!is_known(isolation)) {
      answer.error_code = ErrorCode::unknown_server_error;  // what Kafka makes of an exception
    } else if (asked_for[{topic, question.partition_index}] > 1) {
      answer.error_code = ErrorCode::invalid_request;
    } else if (!is_supported(question.timestamp, exchange->version())) {
      answer.error_code = ErrorCode::unsupported_version;
    }
    if (answer.error_code != ErrorCode::none) return answer;
    const auto found =
        node.partitions().open(topic, question.partition_index, question.current_leader_epoch);
    answer.error_code =
        found.log ? answer_one(*found.log, *found.partition, question.timestamp, isolation, answer)
                  : found.error;
    return answer;
  };
  ListOffsetsResponse response;
  for (const auto& topic : request.topics) {
    if (topic.partitions.empty()) continue;
    auto& answered = response.topics.emplace_back();
    answered.name = topic.name;
    for (const auto& question : topic.partitions) {
      answered.partitions.push_back(answer_for(topic.name, question));
    }
  }
  answer<ListOffsetsRequest>(*exchange, response);
}

}  // namespace odradek::broker
