// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.h"
#include "base/ids.h"
#include "wire/compression.h"

#include <cstdint>
#include <optional>
#include <span>

// Record batches, magic 2: the unit that producers send, segments hold and consumers fetch, the
// same bytes all the way. docs/format-segment.md has the layout with an example.
namespace odradek::wire {

// Reads the header of one batch in place; the bytes belong to the caller. Construct it only over
// at least `header_size` bytes. Nothing is validated here.
class BatchView {
 public:
  static constexpr std::size_t header_size = 61;
  static constexpr std::size_t length_end = 12;  // base offset and length: not counted in length
  static constexpr std::int8_t magic_2 = 2;
  static constexpr std::int16_t delete_horizon_attribute = 64;
  static constexpr std::size_t max_size = std::size_t{1} << 31;

  explicit BatchView(Bytes bytes) : bytes_(bytes) {}

  // The size that the length field claims, length field included; needs `length_end` bytes. Not
  // positive where the field lies.
  static std::int64_t claimed_size(Bytes bytes) {
    return std::int64_t{load_big<std::int32_t>(bytes.data() + 8)} + std::int64_t{length_end};
  }

  Offset base_offset() const { return {at<std::int64_t>(0)}; }
  std::int64_t size() const { return claimed_size(bytes_); }
  LeaderEpoch leader_epoch() const { return {at<std::int32_t>(12)}; }
  std::int8_t magic() const { return at<std::int8_t>(16); }
  std::uint32_t crc() const { return at<std::uint32_t>(17); }
  std::int16_t attributes() const { return at<std::int16_t>(21); }
  std::int32_t last_offset_delta() const { return at<std::int32_t>(23); }
  Timestamp base_timestamp() const { return {at<std::int64_t>(27)}; }
  Timestamp max_timestamp() const { return {at<std::int64_t>(35)}; }
  ProducerId producer_id() const { return {at<std::int64_t>(43)}; }
  ProducerEpoch producer_epoch() const { return {at<std::int16_t>(51)}; }
  std::int32_t base_sequence() const { return at<std::int32_t>(53); }
  std::int32_t record_count() const { return at<std::int32_t>(57); }

  Codec codec() const { return static_cast<Codec>(attributes() & 7); }
  bool has_log_append_time() const { return (attributes() & 8) != 0; }
  bool is_transactional() const { return (attributes() & 16) != 0; }
  bool is_control() const { return (attributes() & 32) != 0; }
  // Until when tombstones and markers in it stay (KIP-534); it takes the place of the base
  // timestamp.
  std::optional<Timestamp> delete_horizon() const {
    return (attributes() & delete_horizon_attribute) != 0 ? std::optional(base_timestamp())
                                                          : std::nullopt;
  }
  bool has_producer() const { return producer_id() != none_of<ProducerId>; }
  Offset next_offset() const { return base_offset() + last_offset_delta() + 1; }
  std::int32_t last_sequence() const;

  // The records as they travel, compressed or not.
  Bytes records() const { return bytes_.subspan(header_size); }
  Bytes bytes() const { return bytes_; }
  bool crc_is_right() const;

 private:
  template <class T>
  T at(std::size_t position) const {
    return load_big<T>(bytes_.data() + position);
  }
  Bytes bytes_;
};

// Sequence numbers wrap from 2^31-1 to 0.
std::int32_t sequence_after(std::int32_t sequence, std::int32_t count);

// What the broker writes into a batch. Offset and epoch stand before the checksum; the timestamps
// are covered by it, so they renew it.
void set_base_offset(std::span<std::byte> batch, Offset offset);
void set_leader_epoch(std::span<std::byte> batch, LeaderEpoch epoch);
void set_max_timestamp(std::span<std::byte> batch, Timestamp max);
void set_log_append_time(std::span<std::byte> batch, Timestamp now);
// Puts other records into a header that stays as it is but for this. Without any there is no codec.
struct NewRecords {
  Bytes payload;  // compressed as the header says
  std::int32_t count = 0;
  Timestamp base;
  Timestamp max;
  bool has_delete_horizon = false;  // which is the base then
};
Buffer replace_records(const BatchView& batch, const NewRecords& records);
void renew_crc(std::span<std::byte> batch);

// One record; keys, values and headers are views into the batch, or into what it decompressed to.
struct Record {
  std::int64_t timestamp_delta = 0;
  std::int32_t offset_delta = 0;
  std::optional<Bytes> key;
  std::optional<Bytes> value;
  Bytes headers;  // as encoded, count first
  Bytes encoded;  // all of it, its length first
};

// Appends a record as it was encoded, but for its timestamp, in a batch with another base.
void append_record(Buffer& to, const Record& record, std::int64_t timestamp_delta);

// Iterates over decompressed records. Checks each length; next() is empty at the end and after
// the first malformed record, and ok() tells which.
class RecordReader {
 public:
  RecordReader(Bytes records, std::int32_t count) : rest_(records), left_(count) {}

  std::optional<Record> next();
  // Whether all so far was well-formed and, once next() was empty, no byte is left over.
  bool ok() const { return ok_ && (left_ > 0 || rest_.empty()); }

 private:
  std::optional<Record> fail();

  Bytes rest_;
  std::int32_t left_;
  bool ok_ = true;
};

}  // namespace odradek::wire
