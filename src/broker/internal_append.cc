// SPDX-License-Identifier: Apache-2.0
#include "broker/internal_append.h"

#include "broker/node.h"
#include "wire/record_batch_builder.h"
#include "wire/transaction_marker.h"

#include <limits>
#include <utility>

namespace odradek::broker {

using log::BatchFault;
using wire::ErrorCode;

namespace {

// What a record takes beside key and value, at most: lengths, deltas, the count of headers.
constexpr std::size_t record_overhead = 32;

BatchFault cannot_store(const Error& error) {
  return {ErrorCode::kafka_storage_error, error.context, {}};
}

// Of one call: into the same log, at the same time.
class InternalAppend {
 public:
  InternalAppend(Node& node, Partition& partition, log::PartitionLog& log,
                 const std::optional<TransactionalAppend>& transaction)
      : partition_(partition), log_(log), now_(node.now()), config_(partition.config()) {
    node.staged(partition);
    // What the broker has decided is not refused for its size; one record may be larger than a
    // batch should be.
    config_.max_message_bytes = std::numeric_limits<std::int32_t>::max();
    if (!transaction) return;
    options_.producer_id = transaction->producer;
    options_.producer_epoch = transaction->epoch;
    options_.base_sequence = 0;  // of every batch; nobody looks
    options_.further_attributes = wire::transactional_attribute;
    guard_ = transaction->guard;
  }

  BatchFault add(const wire::CoordinatorRecord& record) {
    const auto limit = static_cast<std::size_t>(partition_.config().max_message_bytes);
    const std::size_t size =
        wire::BatchView::header_size + builder_.encoded_size() + record.size() + record_overhead;
    BatchFault fault;
    if (!builder_.empty() && size > limit) fault = finish();
    builder_.add(now_, record.key, record.value);
    return fault;
  }

  BatchFault finish() {
    auto batch = std::exchange(builder_, {}).build(options_);
    if (!batch) return cannot_store(batch.error());
    const boost::intrusive_ptr<BufferKeeper> keeper(new BufferKeeper(std::move(*batch)));
    // Nobody reads along: the coordinator has in memory what it says.
    const log::PartitionLog::AppendContext context{config_,
                                                   partition_.leader_epoch(),
                                                   now_,
                                                   /*is_read_soon=*/false,
                                                   log::Origin::coordinator,
                                                   guard_};
    return log_.append(keeper->bytes, keeper, context).fault;
  }

 private:
  Partition& partition_;
  log::PartitionLog& log_;
  Timestamp now_;
  log::LogConfig config_;
  wire::RecordBatchBuilder builder_;
  wire::RecordBatchBuilder::Options options_;
  log::VerificationGuard guard_;
};

}  // namespace

BatchFault append_internally(Node& node, Partition& partition,
                             const std::vector<wire::CoordinatorRecord>& records,
                             const std::optional<TransactionalAppend>& transaction) {
  if (records.empty()) return {};
  const auto log = partition.log();
  if (!log) return cannot_store(log.error());
  InternalAppend append(node, partition, **log, transaction);
  for (const auto& record : records) {
    if (auto fault = append.add(record); fault.found()) return fault;
  }
  return append.finish();
}

ErrorCode append_marker(Node& node, Partition& partition, const log::EndOfTransaction& end) {
  const auto log = partition.log();
  if (!log) return ErrorCode::kafka_storage_error;
  node.staged(partition);
  return (*log)
      ->append(end, {partition.config(), partition.leader_epoch(), node.now()})
      .fault.error;
}

}  // namespace odradek::broker
