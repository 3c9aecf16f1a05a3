// SPDX-License-Identifier: Apache-2.0
#include "broker/produce_clearance.h"

#include "broker/node.h"
#include "wire/record_batch.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>

// Kafka: ReplicaManager.handleProduceAppend.
namespace odradek::broker {

using wire::ErrorCode;
using wire::ProduceRequest;

namespace {

constexpr wire::Version first_produce_with_ids = 13;
constexpr wire::Version first_produce_that_adds = 12;
constexpr wire::Version first_produce_with_abortable_error = 11;
constexpr wire::Version first_with_zstd = 7;

// What old and new clients try again for.
log::BatchFault unverified(std::string_view why) {
  return {ErrorCode::not_enough_replicas,
          "Unable to verify the partition has been added to the transaction. Underlying error: " +
              std::string(why),
          {}};
}

log::BatchFault fault_of(ErrorCode error, MembershipSupport support) {
  switch (error) {
    case ErrorCode::invalid_txn_state:
      return {error, "Partition was not added to the transaction", {}};
    case ErrorCode::coordinator_load_in_progress:
      return unverified("COORDINATOR_LOAD_IN_PROGRESS");
    case ErrorCode::coordinator_not_available:
      return unverified("COORDINATOR_NOT_AVAILABLE");
    case ErrorCode::not_coordinator:
      return unverified("NOT_COORDINATOR");
    case ErrorCode::concurrent_transactions:
      if (support == MembershipSupport::adds) return {error, {}, {}};
      return unverified("CONCURRENT_TRANSACTIONS");
    default:
      return {error, {}, {}};
  }
}

enum class Beginning { nothing, damaged, batch };

// What bytes that should be batches begin with. Kafka: ByteBufferLogInputStream.nextBatch.
Beginning beginning_of(Bytes records) {
  constexpr std::size_t to_magic = 17;        // bytes up to the magic and with it
  constexpr std::int64_t smallest = 12 + 14;  // of a message of magic 0
  if (records.size() < wire::BatchView::length_end) return Beginning::nothing;
  const auto size = wire::BatchView::claimed_size(records);
  if (size < smallest) return Beginning::damaged;
  if (records.size() < to_magic) return Beginning::nothing;
  const std::int8_t magic = wire::BatchView(records).magic();
  if (magic < 0 || magic > wire::BatchView::magic_2) return Beginning::damaged;
  return static_cast<std::int64_t>(records.size()) < size ? Beginning::nothing : Beginning::batch;
}

// Kafka: ProduceRequest.validateRecords, DefaultRecordBatch.ensureValid.
log::BatchFault check_batch(const std::optional<Bytes>& records, wire::Version version) {
  constexpr auto invalid = ErrorCode::invalid_record;
  constexpr auto damaged = ErrorCode::corrupt_message;
  const auto first = records ? beginning_of(*records) : Beginning::nothing;
  if (first != Beginning::batch) {
    return {first == Beginning::damaged ? damaged : invalid, {}, {}};
  }
  const wire::BatchView batch(*records);
  if (batch.magic() != wire::BatchView::magic_2) return {invalid, {}, {}};
  if (batch.size() < static_cast<std::int64_t>(wire::BatchView::header_size)) {
    return {damaged, {}, {}};
  }
  if (version < first_with_zstd && batch.codec() == wire::Codec::zstd) {
    return {ErrorCode::unsupported_compression_type, {}, {}};
  }
  switch (beginning_of(records->subspan(static_cast<std::size_t>(batch.size())))) {
    case Beginning::nothing:
      return {};
    case Beginning::damaged:
      return {damaged, {}, {}};
    case Beginning::batch:
      return {invalid, {}, {}};
  }
  return {};
}

bool has_transaction(const std::optional<Bytes>& records) {
  if (!records || beginning_of(*records) != Beginning::batch) return false;
  const wire::BatchView batch(*records);
  return batch.magic() == wire::BatchView::magic_2 && batch.is_transactional();
}

// Whether the search for transactional batches fails. Kafka: RequestUtils.hasTransactionalRecords.
bool cannot_be_searched(const ProduceRequest& request) {
  for (const auto& topic : request.topic_data) {
    for (const auto& data : topic.partition_data) {
      if (data.records && beginning_of(*data.records) == Beginning::damaged) return true;
      if (has_transaction(data.records)) return false;
    }
  }
  return false;
}

// Whether it is somewhere, be it led here or not.
bool exists(const PartitionTable::Found& found) {
  return found.partition || found.error == ErrorCode::not_leader_or_follower;
}

class Clearing {
 public:
  Clearing(const ProduceRequest& request, const ExchangePtr& exchange)
      : request_(request),
        exchange_(exchange),
        node_(exchange->node()),
        support_(support_in(exchange->version(), first_produce_with_abortable_error,
                            first_produce_that_adds)) {}

  void run(const Cleared& then) {
    look();
    if (cannot_be_searched(request_)) {
      for (Clearance& each : clearances_) each.fault = {ErrorCode::corrupt_message, {}, {}};
      return then(request_, clearances_);
    }
    if (!is_transactional_) return then(request_, clearances_);
    if (const auto refused = refuse_all(); refused.found()) {
      for (Clearance& each : clearances_) each.fault = refused;
      return then(request_, clearances_);
    }
    begin_verifications();
    if (asked_.empty()) return then(request_, clearances_);
    ask(then);
  }

 private:
  using Topic = ProduceRequest::TopicProduceData;

  // Which batches are transactional, and whose.
  void look() {
    for (const Topic& topic : request_.topic_data) {
      for (const auto& data : topic.partition_data) look_at(topic, data);
    }
  }

  void look_at(const Topic& topic, const Topic::PartitionProduceData& data) {
    Clearance& clearance = clearances_.emplace_back();
    clearance.fault = check_batch(data.records, exchange_->version());
    const bool is_well_formed = !clearance.fault.found();
    const bool is_transactional = has_transaction(data.records);
    is_transactional_ = is_transactional_ || is_transactional;
    if (is_well_formed && !is_transactional) return;
    const auto found = find_produced(*exchange_, topic, data.index);
    if (!exists(found)) clearance = {};  // refused for that when it is to be appended
    if (!exists(found) || !is_well_formed) return;
    const wire::BatchView batch(*data.records);
    if (!batch.has_producer()) return;
    const txn::Producer producer{batch.producer_id(), batch.producer_epoch()};
    if (!producer_) producer_ = producer;
    has_several_producers_ = has_several_producers_ || *producer_ != producer;
    batches_.push_back({found.partition, batch.base_sequence(), clearances_.size() - 1});
  }

  log::BatchFault refuse_all() const {
    if (!request_.transactional_id) {
      return {ErrorCode::transactional_id_authorization_failed, {}, {}};
    }
    if (!has_several_producers_) return {};
    return {ErrorCode::invalid_producer_id_mapping,
            "Transactional records contained more than one producer ID",
            {}};
  }

  void begin_verifications() {
    const bool adds = support_ == MembershipSupport::adds;
    const bool is_verified = *node_.options().transaction_partition_verification_enable;
    for (const Batch& batch : batches_) {
      if (!batch.partition) continue;
      const auto log = batch.partition->log();
      if (!log) continue;
      const auto verification = (*log)->begin_verification(
          {producer_->id, producer_->epoch, batch.base_sequence, adds}, node_.now());
      Clearance& clearance = clearances_[batch.clearance];
      clearance.fault.error = verification.error;
      if (!verification.guard) continue;
      clearance.guard = *verification.guard;
      if (!adds && !is_verified) continue;
      asked_.push_back(batch.clearance);
      partitions_.push_back({batch.partition->topic().name, batch.partition->id()});
    }
  }

  void ask(const Cleared& then) {
    exchange_->hold_back_others();
    // What the continuation needs beyond this call; the exchange's frame is what the request refers
    // to.
    struct Kept {
      ProduceRequest request;
      ExchangePtr exchange;
      Clearances clearances;
      std::vector<std::size_t> asked;
    };
    auto kept = std::make_shared<Kept>(
        Kept{request_, exchange_, std::move(clearances_), std::move(asked_)});
    TransactionMembership membership{std::string(*request_.transactional_id), *producer_,
                                     std::move(partitions_), support_ == MembershipSupport::adds};
    auto told = [kept, then, support = support_](const std::vector<ErrorCode>& errors) {
      for (std::size_t i = 0; i < errors.size(); ++i) {
        kept->clearances[kept->asked[i]].fault = fault_of(errors[i], support);
      }
      then(kept->request, kept->clearances);
    };
    node_.memberships().ask(std::move(membership), support_, std::move(told));
  }

  struct Batch {
    Partition* partition;  // null where it is led elsewhere
    std::int32_t base_sequence;
    std::size_t clearance;  // its index
  };
  const ProduceRequest& request_;
  const ExchangePtr& exchange_;
  Node& node_;
  MembershipSupport support_;
  Clearances clearances_;
  bool is_transactional_ = false;
  std::vector<Batch> batches_;  // that are transactional, and whose
  std::optional<txn::Producer> producer_;
  bool has_several_producers_ = false;
  std::vector<std::size_t> asked_;  // clearances, and their partitions
  std::vector<txn::TopicPartition> partitions_;
};

}  // namespace

PartitionTable::Found find_produced(const Exchange& exchange,
                                    const ProduceRequest::TopicProduceData& topic, PartitionId id) {
  auto& table = exchange.node().partitions();
  return exchange.version() >= first_produce_with_ids ? table.find(topic.topic_id, id)
                                                      : table.find(topic.name, id);
}

void clear_batches(const ProduceRequest& request, const ExchangePtr& exchange,
                   const Cleared& then) {
  Clearing(request, exchange).run(then);
}

}  // namespace odradek::broker
