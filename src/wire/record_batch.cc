// SPDX-License-Identifier: Apache-2.0
#include "wire/record_batch.h"

#include "base/assert.h"
#include "base/crc32c.h"
#include "wire/varint.h"

#include <limits>

namespace odradek::wire {
namespace {

constexpr std::size_t crc_position = 17;
constexpr std::size_t attributes_position = 21;  // the checksum covers all from here on
constexpr std::size_t max_timestamp_position = 35;
constexpr std::int16_t log_append_time_bit = 8;

}  // namespace

std::int32_t sequence_after(std::int32_t sequence, std::int32_t count) {
  const std::int64_t sum = std::int64_t{sequence} + count;
  constexpr std::int64_t modulus = std::int64_t{std::numeric_limits<std::int32_t>::max()} + 1;
  return static_cast<std::int32_t>(sum % modulus);
}

std::int32_t BatchView::last_sequence() const {
  return base_sequence() < 0 ? -1 : sequence_after(base_sequence(), last_offset_delta());
}

bool BatchView::crc_is_right() const {
  return crc32c(bytes_.subspan(attributes_position)) == crc();
}

void set_base_offset(std::span<std::byte> batch, Offset offset) {
  store_big(batch.data(), offset.value);
}

void set_leader_epoch(std::span<std::byte> batch, LeaderEpoch epoch) {
  store_big(batch.data() + 12, epoch.value);
}

void set_max_timestamp(std::span<std::byte> batch, Timestamp max) {
  store_big(batch.data() + max_timestamp_position, max.value);
  renew_crc(batch);
}

void set_log_append_time(std::span<std::byte> batch, Timestamp now) {
  const auto attributes = BatchView(batch).attributes();
  store_big(batch.data() + attributes_position,
            static_cast<std::int16_t>(attributes | log_append_time_bit));
  set_max_timestamp(batch, now);
}

void renew_crc(std::span<std::byte> batch) {
  ASSERT(batch.size() >= BatchView::header_size);
  store_big(batch.data() + crc_position, crc32c(Bytes(batch).subspan(attributes_position)));
}

std::optional<Record> RecordReader::fail() {
  ok_ = false;
  left_ = 0;
  return std::nullopt;
}

namespace {

std::optional<Bytes> take(Bytes& rest, std::int64_t size) {
  if (size < 0 || size > static_cast<std::int64_t>(rest.size())) return std::nullopt;
  const Bytes taken = rest.first(static_cast<std::size_t>(size));
  rest = rest.subspan(taken.size());
  return taken;
}

// A length of -1 is a null; any other negative length, or one past the end, is malformed.
bool take_nullable(Bytes& rest, std::optional<Bytes>& field) {
  const auto size = take_varlong(rest);
  if (!size) return false;
  if (*size == -1) return true;
  field = take(rest, *size);
  return field.has_value();
}

bool headers_are_well_formed(Bytes headers) {
  const auto count = take_varlong(headers);
  if (!count || *count < 0 || *count > static_cast<std::int64_t>(headers.size())) return false;
  for (std::int64_t i = 0; i < *count; ++i) {
    std::optional<Bytes> key;
    std::optional<Bytes> value;
    if (!take_nullable(headers, key) || !key || !take_nullable(headers, value)) return false;
  }
  return headers.empty();
}

}  // namespace

Buffer replace_records(const BatchView& batch, const NewRecords& records) {
  Buffer result;
  result.reserve(BatchView::header_size + records.payload.size());
  append(result, batch.bytes().first(BatchView::header_size));
  append(result, records.payload);
  store_big(result.data() + 8, static_cast<std::int32_t>(result.size() - BatchView::length_end));
  constexpr int codec_bits = 7;
  int attributes = batch.attributes();
  if (records.has_delete_horizon) attributes |= BatchView::delete_horizon_attribute;
  if (records.count == 0) attributes &= ~(codec_bits | BatchView::delete_horizon_attribute);
  store_big(result.data() + 21, static_cast<std::int16_t>(attributes));
  store_big(result.data() + 27, records.base.value);
  store_big(result.data() + 35, records.max.value);
  store_big(result.data() + 57, records.count);
  renew_crc(result);
  return result;
}

std::optional<Record> RecordReader::next() {
  if (left_ <= 0) return std::nullopt;
  const Bytes all = rest_;
  const auto size = take_varlong(rest_);
  if (!size) return fail();
  auto body = take(rest_, *size);
  if (!body || body->empty()) return fail();
  *body = body->subspan(1);  // attributes: unused so far
  const auto timestamp_delta = take_varlong(*body);
  const auto offset_delta = take_varlong(*body);
  if (!timestamp_delta || !offset_delta) return fail();
  Record record{.timestamp_delta = *timestamp_delta,
                .offset_delta = static_cast<std::int32_t>(*offset_delta),
                .key = {},
                .value = {},
                .headers = {},
                .encoded = all.first(all.size() - rest_.size())};
  if (!take_nullable(*body, record.key) || !take_nullable(*body, record.value)) return fail();
  record.headers = *body;
  if (!headers_are_well_formed(*body)) return fail();
  --left_;
  return record;
}

void append_record(Buffer& to, const Record& record, std::int64_t timestamp_delta) {
  Bytes rest = record.encoded;
  (void)take_varlong(rest);  // the length, which changes
  const std::byte attributes = rest.front();
  rest = rest.subspan(1);
  (void)take_varlong(rest);
  Buffer start{attributes};
  append_varlong(start, timestamp_delta);
  append_varlong(to, static_cast<std::int64_t>(start.size() + rest.size()));
  append(to, start);
  append(to, rest);
}

}  // namespace odradek::wire
