// SPDX-License-Identifier: Apache-2.0
#include "log/batch_validator.h"

#include "wire/decompressor.h"
#include "wire/record_batch_builder.h"

#include <algorithm>

namespace odradek::log {
namespace {

using wire::BatchView;
using wire::Codec;
using wire::ErrorCode;

BatchFault fault(ErrorCode error, std::string message) {
  return {.error = error, .message = std::move(message), .records = {}};
}
BatchFault invalid_record(std::string message) {
  return fault(ErrorCode::invalid_record, std::move(message));
}

BatchFault too_large(std::size_t size, const LogConfig& config) {
  return fault(ErrorCode::message_too_large, "The batch has " + std::to_string(size) +
                                                 " bytes, more than max.message.bytes of " +
                                                 std::to_string(config.max_message_bytes) + ".");
}

BatchFault check_frame(Bytes bytes, const LogConfig& config) {
  if (bytes.size() < BatchView::header_size) {
    return invalid_record("The records are shorter than a batch header.");
  }
  const BatchView batch(bytes);
  if (batch.magic() != BatchView::magic_2) {
    return invalid_record("Only record batches with magic version 2 are accepted.");
  }
  if (batch.size() != static_cast<std::int64_t>(bytes.size())) {
    return invalid_record("There must be exactly one record batch for each partition.");
  }
  if (batch.base_offset() != Offset{0}) {
    return invalid_record("The base offset of a produced batch must be 0.");
  }
  if (bytes.size() > static_cast<std::size_t>(config.max_message_bytes)) {
    return too_large(bytes.size(), config);
  }
  if (!batch.crc_is_right()) {
    return fault(ErrorCode::corrupt_message, "The checksum of the batch is wrong.");
  }
  return {};
}

BatchFault check_header(const BatchView& batch, Origin origin) {
  if (batch.record_count() <= 0 || batch.last_offset_delta() < 0) {
    return invalid_record("The batch has no records.");
  }
  if (batch.record_count() - 1 != batch.last_offset_delta()) {
    return invalid_record("The record count does not match the last offset delta.");
  }
  if (batch.is_control()) return invalid_record("Clients may not write control records.");
  const bool needs_sequence = batch.has_producer() && origin == Origin::client;
  if (needs_sequence && batch.base_sequence() < 0) {
    return invalid_record("A batch with a producer id needs a sequence number.");
  }
  if (!is_known(batch.codec())) return invalid_record("The compression codec is unknown.");
  return {};
}

// What one pass over the records finds.
struct Records {
  Timestamp max_timestamp{};
  BatchFault fault;
};

bool is_in_range(Timestamp timestamp, const LogConfig& config, Timestamp now) {
  return now - timestamp <= config.timestamp_before_max_ms &&
         timestamp - now <= config.timestamp_after_max_ms;
}

BatchFault timestamp_fault(Timestamp timestamp, const LogConfig& config) {
  return fault(ErrorCode::invalid_timestamp,
               "Timestamp " + std::to_string(timestamp.value) +
                   " is out of range: a record may be at most " +
                   std::to_string(config.timestamp_before_max_ms) + " ms old and " +
                   std::to_string(config.timestamp_after_max_ms) + " ms ahead.");
}

Records check_records(const BatchView& batch, Bytes payload, const LogConfig& config,
                      Timestamp now) {
  Records result;
  wire::RecordReader reader(payload, batch.record_count());
  std::int32_t index = 0;
  for (; const auto record = reader.next(); ++index) {
    if (record->offset_delta != index) {
      result.fault = invalid_record("The offsets inside the batch are not consecutive.");
      return result;
    }
    const Timestamp timestamp = batch.base_timestamp() + record->timestamp_delta;
    result.max_timestamp = std::max(result.max_timestamp, timestamp);
    if (config.is_compacted && !record->key) {
      result.fault.error = ErrorCode::invalid_record;
      result.fault.message = "One or more records have been rejected";
      result.fault.records.push_back({index, "Compacted topic cannot accept message without key."});
    } else if (!config.has_log_append_time && !is_in_range(timestamp, config, now)) {
      auto out_of_range = timestamp_fault(timestamp, config);
      result.fault.error = out_of_range.error;
      result.fault.message = "One or more records have been rejected due to invalid timestamp";
      result.fault.records.push_back({index, std::move(out_of_range.message)});
    }
  }
  if (!reader.ok() || index != batch.record_count()) {
    result.fault = invalid_record("The records of the batch are malformed.");
  }
  return result;
}

// For a batch that stays packed: its header is all there is to go by.
BatchFault check_packed_timestamps(const BatchView& batch, const LogConfig& config, Timestamp now) {
  if (config.has_log_append_time) return {};
  for (const Timestamp timestamp : {batch.base_timestamp(), batch.max_timestamp()}) {
    if (!is_in_range(timestamp, config, now)) return timestamp_fault(timestamp, config);
  }
  return {};
}

BatchFault recompress(const BatchView& batch, Bytes payload, const LogConfig& config,
                      Buffer& rewritten) {
  wire::RecordBatchBuilder builder;
  wire::RecordReader reader(payload, batch.record_count());
  while (const auto record = reader.next()) builder.add(batch.base_timestamp(), *record);
  constexpr std::int16_t codec_bits = 7;
  auto built = builder.build(
      {.codec = *config.compression,
       .level = config.compression_level,
       .producer_id = batch.producer_id(),
       .producer_epoch = batch.producer_epoch(),
       .base_sequence = batch.base_sequence(),
       .further_attributes = static_cast<std::int16_t>(batch.attributes() & ~codec_bits)});
  if (!built) return fault(ErrorCode::unknown_server_error, built.error().context);
  if (built->size() > static_cast<std::size_t>(config.max_message_bytes)) {
    return too_large(built->size(), config);
  }
  rewritten = std::move(*built);
  return {};
}

// Timestamps that the broker owns, written into whichever bytes will be stored.
void stamp(std::span<std::byte> stored, const LogConfig& config, Timestamp now,
           const Records& records) {
  if (config.has_log_append_time) return wire::set_log_append_time(stored, now);
  const bool was_read = records.max_timestamp != Timestamp{};
  if (was_read && records.max_timestamp != BatchView(stored).max_timestamp()) {
    wire::set_max_timestamp(stored, records.max_timestamp);
  }
}

}  // namespace

BatchFault validate_batch(std::span<std::byte> bytes, const LogConfig& config, Timestamp now,
                          Origin origin, Buffer& rewritten) {
  if (auto bad = check_frame(bytes, config); bad.found()) return bad;
  const BatchView batch(bytes);
  if (auto bad = check_header(batch, origin); bad.found()) return bad;
  if (!config.has_log_append_time && batch.has_log_append_time()) {
    return fault(ErrorCode::invalid_timestamp,
                 "The batch claims the broker's append time, which the topic does not use.");
  }
  const bool changes_codec = config.compression && *config.compression != batch.codec();
  const bool is_packed = batch.codec() != Codec::none;
  Records records;
  if (is_packed && !changes_codec && !config.is_compacted) {
    if (auto bad = check_packed_timestamps(batch, config, now); bad.found()) return bad;
  } else {
    thread_local wire::Decompressor decompressor;
    const auto payload =
        decompressor.unpack(batch.codec(), batch.records(), max_decompressed_batch);
    if (!payload && payload.error().fault == Fault::too_large) {
      return fault(ErrorCode::message_too_large, payload.error().context);
    }
    if (!payload) return fault(ErrorCode::corrupt_message, payload.error().context);
    records = check_records(batch, *payload, config, now);
    if (records.fault.found()) return records.fault;
    if (changes_codec) {
      if (auto bad = recompress(batch, *payload, config, rewritten); bad.found()) return bad;
    }
  }
  stamp(rewritten.empty() ? bytes : std::span<std::byte>(rewritten), config, now, records);
  return {};
}

}  // namespace odradek::log
