// SPDX-License-Identifier: Apache-2.0
#include "wire/record_batch_builder.h"

#include "base/assert.h"
#include "wire/varint.h"

#include <algorithm>

namespace odradek::wire {
namespace {

void append_nullable(Buffer& to, const std::optional<Bytes>& field) {
  append_varlong(to, field ? static_cast<std::int64_t>(field->size()) : -1);
  if (field) append(to, *field);
}

}  // namespace

void RecordBatchBuilder::add(Timestamp timestamp, std::optional<Bytes> key,
                             std::optional<Bytes> value, const std::vector<Header>& headers) {
  Buffer encoded;
  append_varlong(encoded, static_cast<std::int64_t>(headers.size()));
  for (const auto& [name, content] : headers) {
    append_nullable(encoded, as_bytes(name));
    append_nullable(encoded, content ? std::optional(as_bytes(*content)) : std::nullopt);
  }
  add(next_offset_delta_, timestamp, key, value, encoded);
}

void RecordBatchBuilder::add(Timestamp base_timestamp, const Record& record) {
  add(record.offset_delta, base_timestamp + record.timestamp_delta, record.key, record.value,
      record.headers);
}

void RecordBatchBuilder::add(std::int32_t offset_delta, Timestamp timestamp,
                             const std::optional<Bytes>& key, const std::optional<Bytes>& value,
                             Bytes headers) {
  ASSERT(offset_delta >= next_offset_delta_);
  if (count_ == 0) base_timestamp_ = timestamp;
  Buffer body;
  body.push_back(std::byte{0});  // attributes
  append_varlong(body, timestamp - base_timestamp_);
  append_varlong(body, offset_delta);
  append_nullable(body, key);
  append_nullable(body, value);
  append(body, headers);
  append_varlong(records_, static_cast<std::int64_t>(body.size()));
  append(records_, body);
  ++count_;
  next_offset_delta_ = offset_delta + 1;
  max_timestamp_ = std::max(max_timestamp_, timestamp);
}

Result<Buffer> RecordBatchBuilder::build(const Options& options) const {
  TRY(const Buffer payload, compress(options.codec, records_, options.level));
  Buffer batch;
  batch.reserve(BatchView::header_size + payload.size());
  append_big(batch, options.base_offset.value);
  append_big(batch, static_cast<std::int32_t>(BatchView::header_size - BatchView::length_end +
                                              payload.size()));
  append_big(batch, options.leader_epoch.value);
  append_big(batch, BatchView::magic_2);
  append_big<std::uint32_t>(batch, 0);  // the checksum, below
  const auto codec_bits = static_cast<std::int16_t>(options.codec);
  append_big(batch, static_cast<std::int16_t>(codec_bits | options.further_attributes));
  append_big(batch, std::max(next_offset_delta_ - 1, options.last_offset_delta));
  append_big(batch, base_timestamp_.value);
  append_big(batch, max_timestamp_.value);
  append_big(batch, options.producer_id.value);
  append_big(batch, options.producer_epoch.value);
  append_big(batch, options.base_sequence);
  append_big(batch, count_);
  append(batch, payload);
  renew_crc(batch);
  return batch;
}

}  // namespace odradek::wire
