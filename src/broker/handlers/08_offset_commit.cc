// SPDX-License-Identifier: Apache-2.0
#include "broker/handlers/handlers.h"
#include "broker/node.h"

#include <memory>
#include <utility>

// OffsetCommit: offsets of partitions that exist, for a group that the sender may speak for. Kafka:
// KafkaApis.handleOffsetCommitRequest, OffsetMetadataManager.commitOffset.
namespace odradek::broker {

using wire::ErrorCode;
using wire::OffsetCommitRequest;
using wire::OffsetCommitResponse;

namespace {

constexpr wire::Version first_commit_with_ids = 10;

using OffsetCommitRequestTopic = OffsetCommitRequest::OffsetCommitRequestTopic;
using OffsetCommitRequestPartition = OffsetCommitRequestTopic::OffsetCommitRequestPartition;

class CommitHandler {
 public:
  CommitHandler(const OffsetCommitRequest& request, const ExchangePtr& exchange)
      : request_(request),
        exchange_(exchange),
        groups_(exchange->node().groups()),
        now_(groups_.now()),
        by_id_(exchange->version() >= first_commit_with_ids) {}

  void run() {
    for (const OffsetCommitRequestTopic& topic : request_.topics) {
      const auto& view = exchange_->node().view();
      const auto known = by_id_ ? view.find(topic.topic_id) : view.find(topic.name);
      if (known && topic.partitions.empty()) continue;
      auto& answered = response_.topics.emplace_back();
      answered.name = topic.name;
      answered.topic_id = topic.topic_id;
      for (const OffsetCommitRequestPartition& partition : topic.partitions) {
        answered.partitions.push_back({partition.partition_index, commit(known, partition)});
      }
    }
    if (!shard_) return answer<OffsetCommitRequest>(*exchange_, response_);
    groups_.carry_out(*shard_, std::move(actions_),
                      [exchange = exchange_, response = std::move(response_)](ErrorCode failure) {
                        send(*exchange, response, failure);
                      });
  }

 private:
  ErrorCode commit(const meta::TopicPtr& topic, const OffsetCommitRequestPartition& partition) {
    if (!topic && by_id_) return ErrorCode::unknown_topic_id;
    if (!topic || !topic->has(partition.partition_index)) {
      return ErrorCode::unknown_topic_or_partition;
    }
    if (!error_) error_ = check_group();
    if (*error_ != ErrorCode::none) return *error_;
    group::OffsetCommitValue value;
    value.offset = partition.committed_offset;
    value.leader_epoch = partition.committed_leader_epoch;
    value.metadata = partition.committed_metadata.value_or("");
    value.commit_timestamp = now_.time;
    if (request_.retention_time_ms != -1) {
      value.expire_timestamp = now_.time + request_.retention_time_ms;
    }
    value.topic_id = topic->id;
    return shard_->coordinator.commit({request_.group_id, topic->name, partition.partition_index},
                                      std::move(value), actions_);
  }

  // Asked once there is a partition that something could be committed for.
  ErrorCode check_group() {
    const auto found = groups_.find(request_.group_id);
    if (!found.shard) return found.error;
    shard_ = found.shard;
    return shard_->coordinator.check_commit(request_, exchange_->version(), now_);
  }

  static void send(Exchange& exchange, OffsetCommitResponse response, ErrorCode failure) {
    for (auto& topic : response.topics) {
      for (auto& partition : topic.partitions) {
        const bool was_to_be_written = partition.error_code == ErrorCode::none;
        if (was_to_be_written) partition.error_code = failure;
      }
    }
    answer<OffsetCommitRequest>(exchange, response);
  }

  const OffsetCommitRequest& request_;
  const ExchangePtr& exchange_;
  GroupCoordinators& groups_;
  Now now_;
  bool by_id_;
  std::optional<ErrorCode> error_;  // for the whole group
  GroupCoordinators::Shard* shard_ = nullptr;
  group::Actions actions_;
  OffsetCommitResponse response_;
};

}  // namespace

void handle(const OffsetCommitRequest& request, const ExchangePtr& exchange) {
  CommitHandler(request, exchange).run();
}

}  // namespace odradek::broker
