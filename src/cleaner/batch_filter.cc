// SPDX-License-Identifier: Apache-2.0
#include "cleaner/batch_filter.h"

#include "log/log_config.h"

#include <algorithm>
#include <string>

namespace odradek::cleaner {

using wire::BatchView;

namespace {

Error unreadable(const BatchView& batch) {
  return {Fault::corrupt,
          "the batch at offset " + std::to_string(batch.base_offset().value) + " cannot be read"};
}

}  // namespace

// What of a batch stays, beside `records_`.
struct BatchFilter::Kept {
  std::int32_t count = 0;
  Timestamp max{};
  bool has_tombstones = false;
};

Result<Bytes> BatchFilter::filter(const BatchView& batch, Place place) {
  const bool can_go = transactions_.can_go(batch);
  const auto horizon = batch.delete_horizon();
  const bool is_over = horizon && *horizon <= rules_.now;
  const bool drops_records = can_go && (!batch.is_control() || is_over);
  const bool must_stay = place == Place::at_the_end || is_last_of_producer(batch);
  counts_.records_read += batch.record_count();
  if (drops_records && !must_stay) return Bytes{};
  TRY(const Kept kept, look_into(batch, drops_records));
  counts_.records_kept += kept.count;
  if (kept.count == 0 && !must_stay) return Bytes{};
  const bool begins_to_wait = kept.has_tombstones || (can_go && batch.is_control());
  const bool has_new_horizon = begins_to_wait && !horizon && kept.count > 0;
  if (kept.count == batch.record_count() && !has_new_horizon) return batch.bytes();
  return rewrite(
      batch, kept,
      has_new_horizon ? std::optional(rules_.now + rules_.delete_retention_ms) : std::nullopt);
}

bool BatchFilter::is_last_of_producer(const BatchView& batch) const {
  if (!batch.has_producer()) return false;
  const auto last = rules_.last_records.find(batch.producer_id());
  if (last == rules_.last_records.end()) return false;
  if (last->second.data) return batch.next_offset() == *last->second.data + 1;
  return batch.is_control() && batch.producer_epoch() == last->second.epoch;
}

Result<BatchFilter::Kept> BatchFilter::look_into(const BatchView& batch, bool drops_records) {
  Kept kept;
  records_.clear();
  if (drops_records || batch.record_count() == 0) return kept;
  TRY(const Bytes records,
      decompressor_.unpack(batch.codec(), batch.records(), log::max_decompressed_batch));
  candidates_.clear();
  wire::RecordReader reader(records, batch.record_count());
  while (const auto record = reader.next()) {
    candidates_.push_back(
        {*record, record->key ? rules_.last_offsets.key(*record->key) : OffsetMap::Key{}});
  }
  if (!reader.ok()) return unreadable(batch);
  for (const Candidate& each : candidates_) {
    if (!keeps(batch, each)) continue;
    ++kept.count;
    kept.max = std::max(kept.max, batch.base_timestamp() + each.record.timestamp_delta);
    kept.has_tombstones = kept.has_tombstones || (!batch.is_control() && !each.record.value);
    append(records_, each.record.encoded);
  }
  return kept;
}

bool BatchFilter::keeps(const BatchView& batch, const Candidate& candidate) {
  const wire::Record& record = candidate.record;
  const Offset offset = batch.base_offset() + record.offset_delta;
  if (batch.is_control() || offset >= rules_.known_end) return true;
  if (!record.key) {
    ++counts_.without_key;
    return false;
  }
  const auto last = rules_.last_offsets.get(candidate.key);
  if (last && offset < *last) return false;
  const auto horizon = batch.delete_horizon();
  return record.value || !horizon || rules_.now < *horizon;
}

Result<Bytes> BatchFilter::rewrite(const BatchView& batch, const Kept& kept,
                                   std::optional<Timestamp> new_horizon) {
  const Timestamp own_base = kept.count == 0 ? Timestamp{} : batch.base_timestamp();
  const Timestamp base = new_horizon.value_or(own_base);
  if (new_horizon) {
    const Buffer before = std::exchange(records_, {});
    const std::int64_t shift = batch.base_timestamp() - base;
    wire::RecordReader reader(before, kept.count);
    while (const auto record = reader.next()) {
      wire::append_record(records_, *record, record->timestamp_delta + shift);
    }
  }
  TRY(const Buffer payload,
      kept.count == 0 ? Result<Buffer>(Buffer{}) : wire::compress(batch.codec(), records_));
  const bool keeps_max = kept.count == 0 || batch.has_log_append_time();
  written_ = wire::replace_records(batch, {.payload = payload,
                                           .count = kept.count,
                                           .base = base,
                                           .max = keeps_max ? batch.max_timestamp() : kept.max,
                                           .has_delete_horizon = new_horizon.has_value()});
  return Bytes(written_);
}

}  // namespace odradek::cleaner
