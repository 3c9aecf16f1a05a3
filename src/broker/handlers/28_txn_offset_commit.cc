// SPDX-License-Identifier: Apache-2.0
#include "broker/handlers/handlers.h"
#include "broker/internal_topics.h"
#include "broker/node.h"

#include <memory>
#include <utility>
#include <vector>

// TxnOffsetCommit: offsets that take effect when a transaction is committed. Kafka:
// KafkaApis.handleTxnOffsetCommitRequest, GroupCoordinatorService.commitTransactionalOffsets.
namespace odradek::broker {

using wire::ErrorCode;
using wire::TxnOffsetCommitRequest;
using wire::TxnOffsetCommitResponse;

namespace {

constexpr wire::Version first_with_load_in_progress = 2;
constexpr wire::Version first_with_abortable_error = 4;
constexpr wire::Version first_that_adds = 5;

// What a coordinator says where its partition cannot take the records. Kafka:
// CoordinatorOperationExceptionHelper.
ErrorCode error_for(ErrorCode error, wire::Version version) {
  switch (error) {
    case ErrorCode::not_leader_or_follower:
    case ErrorCode::kafka_storage_error:
      return ErrorCode::not_coordinator;
    case ErrorCode::coordinator_load_in_progress:
      return version >= first_with_load_in_progress ? error : ErrorCode::coordinator_not_available;
    default:
      return error;
  }
}

class TransactionalCommit : public std::enable_shared_from_this<TransactionalCommit> {
 public:
  TransactionalCommit(const TxnOffsetCommitRequest& request, const ExchangePtr& exchange)
      : request_(request), exchange_(exchange), node_(exchange->node()) {}

  void run() {
    const bool any = find_topics();
    if (!any) return send(ErrorCode::none);
    if (request_.group_id.empty()) return send(ErrorCode::invalid_group_id);
    const auto found = node_.groups().find(request_.group_id);
    if (!found.shard) return send(found.error);
    const auto log = node_.groups().partition_of(*found.shard).log();
    if (!log) return send(ErrorCode::kafka_storage_error);
    const auto support =
        support_in(exchange_->version(), first_with_abortable_error, first_that_adds);
    const bool adds = support == MembershipSupport::adds;
    const auto verification = (*log)->begin_verification(
        {.producer = request_.producer_id, .epoch = request_.producer_epoch, .bumps_epochs = adds},
        node_.now());
    if (verification.error != ErrorCode::none) return send(verification.error);
    if (!verification.guard) return commit({});
    if (!adds && !*node_.options().transaction_partition_verification_enable) {
      return commit(*verification.guard);
    }
    ask(found.shard->id, support, *verification.guard);
  }

 private:
  // Answers for those that do not exist; false where there is none that does.
  bool find_topics() {
    bool any = false;
    std::erase_if(request_.topics, [&](const auto& topic) {
      return topic.partitions.empty() && node_.view().find(topic.name);
    });
    for (const auto& topic : request_.topics) {
      const auto known = node_.view().find(topic.name);
      auto& answered = response_.topics.emplace_back();
      answered.name = topic.name;
      topic_ids_.push_back(known ? known->id : Uuid{});
      for (const auto& partition : topic.partitions) {
        const bool exists = known && known->has(partition.partition_index);
        any = any || exists;
        answered.partitions.push_back(
            {partition.partition_index,
             exists ? ErrorCode::none : ErrorCode::unknown_topic_or_partition});
      }
    }
    return any;
  }

  void ask(PartitionId partition, MembershipSupport support, log::VerificationGuard guard) {
    TransactionMembership membership{request_.transactional_id,
                                     {request_.producer_id, request_.producer_epoch},
                                     {{std::string(consumer_offsets), partition}},
                                     support == MembershipSupport::adds};
    node_.memberships().ask(std::move(membership), support,
                            [self = shared_from_this(), guard](const auto& errors) {
                              const ErrorCode error = errors.front();
                              error == ErrorCode::none ? self->commit(guard) : self->send(error);
                            });
  }

  void commit(log::VerificationGuard guard) {
    GroupCoordinators& groups = node_.groups();
    const auto [shard, error] =
        groups.find(request_.group_id);  // while the answer came it may move
    if (!shard) return send(error);
    const Now now = groups.now();
    const ErrorCode refused = shard->coordinator.check_commit(request_, now);
    if (refused != ErrorCode::none) return send(refused);
    group::Actions actions;
    for (std::size_t i = 0; i < request_.topics.size(); ++i) {
      for (std::size_t j = 0; j < request_.topics[i].partitions.size(); ++j) {
        ErrorCode& outcome = response_.topics[i].partitions[j].error_code;
        if (outcome == ErrorCode::none) outcome = add(i, j, *shard, now.time, actions);
      }
    }
    groups.commit(*shard, actions, {request_.producer_id, request_.producer_epoch, guard},
                  [self = shared_from_this()](ErrorCode failure) { self->send(failure); });
  }

  ErrorCode add(std::size_t topic, std::size_t partition, GroupCoordinators::Shard& shard,
                Timestamp now, group::Actions& actions) const {
    const auto& named = request_.topics[topic];
    const auto& committed = named.partitions[partition];
    group::OffsetCommitValue value;
    value.offset = committed.committed_offset;
    value.leader_epoch = committed.committed_leader_epoch;
    value.metadata = committed.committed_metadata.value_or("");
    value.commit_timestamp = now;
    value.topic_id = topic_ids_[topic];
    return shard.coordinator.commit_in_transaction(
        {request_.group_id, named.name, committed.partition_index}, value, actions);
  }

  // `failure` is of all that have no error of their own.
  void send(ErrorCode failure) {
    for (auto& topic : response_.topics) {
      for (auto& partition : topic.partitions) {
        if (partition.error_code != ErrorCode::none) continue;
        partition.error_code = error_for(failure, exchange_->version());
      }
    }
    answer<TxnOffsetCommitRequest>(*exchange_, response_);
  }

  TxnOffsetCommitRequest request_;
  ExchangePtr exchange_;
  Node& node_;
  std::vector<Uuid> topic_ids_;
  TxnOffsetCommitResponse response_;
};

}  // namespace

void handle(const TxnOffsetCommitRequest& request, const ExchangePtr& exchange) {
  std::make_shared<TransactionalCommit>(request, exchange)->run();
}

}  // namespace odradek::broker
