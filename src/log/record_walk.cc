// SPDX-License-Identifier: Apache-2.0
#include "log/record_walk.h"

#include "log/batch_validator.h"
#include "wire/decompressor.h"

#include <string>

namespace odradek::log {
namespace {

using wire::BatchView;

Error damaged(const BatchView& batch) {
  return {Fault::corrupt,
          "the batch at offset " + std::to_string(batch.base_offset().value) + " cannot be read"};
}

// The log has checked what it gave; this is so that a walk ends.
bool is_sound(const BatchView& batch, Offset from, Offset end) {
  return batch.magic() == BatchView::magic_2 && batch.last_offset_delta() >= 0 &&
         batch.base_offset() <= end && batch.next_offset() > from && batch.next_offset() <= end;
}

Result<> walk_batch(const BatchView& batch, Offset from, wire::Decompressor& decompressor,
                    const EachRecord& each) {
  TRY(const Bytes records,
      decompressor.unpack(batch.codec(), batch.records(), max_decompressed_batch));
  wire::RecordReader reader(records, batch.record_count());
  while (const auto record = reader.next()) {
    const Offset offset = batch.base_offset() + record->offset_delta;
    if (offset < from) continue;  // a batch may begin before it
    TRY(each({offset, batch, *record}));
  }
  if (!reader.ok()) return damaged(batch);
  return {};
}

}  // namespace

Result<Offset> walk_records(PartitionLog& log, Offset from, std::size_t max_bytes,
                            const EachRecord& each) {
  TRY(const Buffer bytes, log.copy(from, max_bytes));
  const Offset end = log.end();
  if (bytes.empty() && from < end) {
    return Error{Fault::corrupt, "no batch at offset " + std::to_string(from.value)};
  }
  wire::Decompressor decompressor;
  Offset next = from;
  for (Bytes rest = bytes; !rest.empty();) {
    const bool has_header = rest.size() >= BatchView::header_size;
    const std::int64_t size = has_header ? BatchView::claimed_size(rest) : 0;
    if (size < std::int64_t{BatchView::header_size} ||
        size > static_cast<std::int64_t>(rest.size())) {
      return Error{Fault::corrupt, "no batch at offset " + std::to_string(next.value)};
    }
    const BatchView batch(rest.first(static_cast<std::size_t>(size)));
    if (!is_sound(batch, next, end)) return damaged(batch);
    TRY(walk_batch(batch, from, decompressor, each));
    next = batch.next_offset();
    rest = rest.subspan(static_cast<std::size_t>(size));
  }
  return next;
}

}  // namespace odradek::log
