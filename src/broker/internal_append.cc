// SPDX-License-Identifier: Apache-2.0
#include "broker/internal_append.h"

#include "broker/node.h"
#include "wire/record_batch_builder.h"

#include <limits>
#include <utility>

namespace odradek::broker {
namespace {

// What a record takes beside key and value, at most: lengths, deltas, the count of headers.
constexpr std::size_t record_overhead = 32;

std::size_t encoded_size(const InternalRecord& record) {
  return record.key.size() + (record.value ? record.value->size() : 0) + record_overhead;
}

Result<> append_batch(Node& node, Partition& partition, log::PartitionLog& log,
                      const wire::RecordBatchBuilder& builder) {
  TRY(Buffer batch, builder.build({}));
  const boost::intrusive_ptr<BufferKeeper> keeper(new BufferKeeper(std::move(batch)));
  // What the broker has decided is not refused for its size; one record may be larger than a batch
  // should be.
  log::LogConfig config = partition.config();
  config.max_message_bytes = std::numeric_limits<std::int32_t>::max();
  // Nobody reads along: the coordinator has in memory what it says.
  const log::PartitionLog::AppendContext context{config, partition.leader_epoch(), node.now(),
                                                 /*is_read_soon=*/false};
  const auto appended = log.append(keeper->bytes, keeper, context);
  if (!appended.fault.found()) return {};
  return Error{Fault::io, "append to " + partition.folder() + ": error " +
                              std::to_string(static_cast<int>(appended.fault.error)) + " " +
                              appended.fault.message};
}

}  // namespace

Result<> append_internally(Node& node, Partition& partition,
                           const std::vector<InternalRecord>& records) {
  if (records.empty()) return {};
  TRY(log::PartitionLog* const log, partition.log());
  const auto limit = static_cast<std::size_t>(partition.config().max_message_bytes);
  const Timestamp now = node.now();
  wire::RecordBatchBuilder builder;
  node.staged(partition);
  for (const InternalRecord& record : records) {
    const std::size_t size =
        wire::BatchView::header_size + builder.encoded_size() + encoded_size(record);
    if (!builder.empty() && size > limit) {
      TRY(append_batch(node, partition, *log, builder));
      builder = {};
    }
    builder.add(now, record.key, record.value);
  }
  return append_batch(node, partition, *log, builder);
}

}  // namespace odradek::broker
