// SPDX-License-Identifier: Apache-2.0
#include "base/bytes.h"
#include "base/clock.h"
#include "broker/handlers/handlers.h"
#include "broker/node.h"
#include "broker/produce_clearance.h"
#include "broker/produce_wait.h"
#include "meta/topic_name.h"
#include "wire/record_batch.h"

#include <algorithm>

// Produce: has transactions looked at, checks and stages every batch, then waits for the commit
// that writes them. Kafka: KafkaApis.handleProduceRequest, ReplicaManager.appendRecords.
namespace odradek::broker {

using wire::ErrorCode;
using wire::ProduceRequest;

namespace {

using TopicProduceData = ProduceRequest::TopicProduceData;

// With one replica Kafka answers at once, so no client met the end of its time there; here the disk
// takes some.
constexpr std::chrono::milliseconds shortest_timeout{1000};

// The broker fills offset and epoch into the batch where it was received; the frame is its own.
std::span<std::byte> writable(Bytes received) {
  return {const_cast<std::byte*>(received.data()), received.size()};
}

// Kafka: ReplicaManager.appendToLocalLog tells of no start of the log with these errors.
bool is_without_start(ErrorCode error) {
  switch (error) {
    case ErrorCode::not_leader_or_follower:
    case ErrorCode::message_too_large:
    case ErrorCode::record_list_too_large:
    case ErrorCode::corrupt_message:
    case ErrorCode::kafka_storage_error:
      return true;
    default:
      return false;
  }
}

// Kafka: Partition.effectiveMinIsr: never more than there are replicas.
bool has_enough_replicas(const Node& node, const Partition& partition) {
  const auto wanted = std::min(static_cast<std::size_t>(partition.config().min_insync_replicas),
                               partition.record().replicas.size());
  return wanted <= 1 || node.view().in_sync_replicas(partition.record()).size() >= wanted;
}

class ProduceHandler {
 public:
  ProduceHandler(const ProduceRequest& request, const ExchangePtr& exchange,
                 const Clearances& clearances)
      : request_(request), clearances_(clearances), node_(exchange->node()), now_(node_.now()) {
    produce_.exchange = exchange;
    produce_.acks = request.acks;
    const std::chrono::milliseconds timeout(request.timeout_ms);
    produce_.deadline = Clock::now() + std::max(timeout, shortest_timeout);
  }

  void run() {
    for (const auto& topic : request_.topic_data) {
      for (const auto& data : topic.partition_data) {
        ProduceWait::Outcome outcome{
            .topic = topic.name, .topic_id = topic.topic_id, .partition = data.index};
        const Clearance& clearance = clearances_[produce_.outcomes.size()];
        if (clearance.fault.found()) {
          outcome.appended.fault = clearance.fault;
        } else {
          outcome.appended.fault.error = append(topic, data.records, clearance.guard, outcome);
        }
        produce_.outcomes.push_back(std::move(outcome));
      }
    }
    node_.finish_at_commit(std::move(produce_));
  }

 private:
  // What went wrong before the log was asked; what the log says goes into the outcome.
  ErrorCode append(const TopicProduceData& topic, const std::optional<Bytes>& records,
                   log::VerificationGuard guard, ProduceWait::Outcome& outcome) {
    const auto found = find_produced(*produce_.exchange, topic, outcome.partition);
    if (found.error != ErrorCode::none) return found.error;
    if (request_.acks < -1 || request_.acks > 1) return ErrorCode::invalid_required_acks;
    Partition& partition = *found.partition;
    if (meta::is_internal_topic(partition.topic().name)) return ErrorCode::invalid_topic_exception;
    if (request_.acks == -1 && !has_enough_replicas(node_, partition)) {
      return ErrorCode::not_enough_replicas;
    }
    if (!node_.disk_space().has_room(records->size(), Clock::now())) {
      outcome.appended.fault.message = "the disk is almost full";
      return ErrorCode::kafka_storage_error;
    }
    const auto log = partition.log();
    if (!log) return ErrorCode::kafka_storage_error;
    log::PartitionLog::AppendContext context{partition.config(), partition.leader_epoch(), now_};
    context.guard = guard;
    // What may follow the batch is too short for another, and is left out as in Kafka.
    const auto size = static_cast<std::size_t>(wire::BatchView(*records).size());
    outcome.appended =
        (*log)->append(writable(records->first(size)), produce_.exchange->frame(), context);
    ErrorCode& error = outcome.appended.fault.error;
    // The batches before it may have come too early, and this one on their heels: all are sent
    // again then. As OUT_OF_ORDER_SEQUENCE_NUMBER it would make librdkafka begin a new epoch, in
    // which a batch whose answer was lost is no duplicate.
    const bool is_ahead = error == ErrorCode::out_of_order_sequence_number;
    if (is_ahead && partition.has_just_come()) error = ErrorCode::not_leader_or_follower;
    if (!is_without_start(error)) outcome.log_start_offset = (*log)->log_start_offset();
    if (error == ErrorCode::none) {
      outcome.awaited = partition.staged_end();
      // What is not to be on the disk is committed when it is written, but where it is flushed.
      const bool awaits_commit = request_.acks == -1 || !partition.config().is_durable;
      if (!awaits_commit) outcome.awaited->offset = Offset{0};
      node_.staged(partition);
    }
    return error;
  }

  const ProduceRequest& request_;
  const Clearances& clearances_;
  Node& node_;
  Timestamp now_;
  ProduceWait produce_;
};

}  // namespace

void handle(const ProduceRequest& request, const ExchangePtr& exchange) {
  exchange->charge(QuotaKind::produce, static_cast<double>(exchange->size()));
  clear_batches(request, exchange,
                [exchange](const ProduceRequest& cleared, const Clearances& clearances) {
                  ProduceHandler(cleared, exchange, clearances).run();
                });
}

}  // namespace odradek::broker
