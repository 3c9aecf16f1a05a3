// SPDX-License-Identifier: Apache-2.0
#include "log/batch_validator.h"

#include "support/batches.h"

#include <gtest/gtest.h>

namespace odradek::log {
namespace {

using wire::BatchView;
using wire::Codec;
using wire::ErrorCode;

constexpr Timestamp now{10'000'000};

BatchFault validate(Buffer& batch, const LogConfig& config = {}) {
  Buffer rewritten;
  auto fault = validate_batch(batch, config, now, Origin::client, rewritten);
  if (!rewritten.empty()) batch = rewritten;
  return fault;
}

ErrorCode error_of(Buffer batch, const LogConfig& config = {}) {
  return validate(batch, config).error;
}

template <class T>
Buffer with(Buffer batch, std::size_t position, T value) {
  store_big(batch.data() + position, value);
  wire::renew_crc(batch);
  return batch;
}

TEST(BatchValidatorTest, AWellFormedBatchIsTakenInEveryCodec) {
  for (const Codec codec : {Codec::none, Codec::gzip, Codec::snappy, Codec::lz4, Codec::zstd}) {
    EXPECT_EQ(error_of(test::a_batch({.count = 3, .codec = codec})), ErrorCode::none);
  }
}

TEST(BatchValidatorTest, LiesInTheHeaderGetKafkasErrors) {
  const Buffer good = test::a_batch({.count = 3});
  EXPECT_EQ(error_of(with(good, 0, std::int64_t{5})), ErrorCode::invalid_record);   // base offset
  EXPECT_EQ(error_of(with(good, 16, std::int8_t{1})), ErrorCode::invalid_record);   // magic
  EXPECT_EQ(error_of(with(good, 23, std::int32_t{3})), ErrorCode::invalid_record);  // last delta
  EXPECT_EQ(error_of(with(good, 57, std::int32_t{4})), ErrorCode::invalid_record);  // count
  EXPECT_EQ(error_of(with(good, 57, std::int32_t{0})), ErrorCode::invalid_record);
  EXPECT_EQ(error_of(with(good, 57, std::int32_t{-1})), ErrorCode::invalid_record);
  EXPECT_EQ(error_of(with(good, 21, std::int16_t{0x20})), ErrorCode::invalid_record);  // control
  EXPECT_EQ(error_of(with(good, 21, std::int16_t{7})), ErrorCode::invalid_record);     // codec
  EXPECT_EQ(error_of(with(good, 43, std::int64_t{9})), ErrorCode::invalid_record);  // no sequence
  EXPECT_EQ(error_of(with(good, 21, std::int16_t{8})), ErrorCode::invalid_timestamp);
}

TEST(BatchValidatorTest, AWrongChecksumIsCorrupt) {
  Buffer batch = test::a_batch({});
  batch.back() ^= std::byte{1};
  EXPECT_EQ(error_of(batch), ErrorCode::corrupt_message);
}

TEST(BatchValidatorTest, TwoBatchesOrHalfOfOneAreNotOne) {
  Buffer two = test::a_batch({});
  const Buffer one = two;
  append(two, one);
  EXPECT_EQ(error_of(two), ErrorCode::invalid_record);
  for (std::size_t size = 0; size < one.size(); ++size) {
    EXPECT_EQ(error_of(Buffer(one.begin(), one.begin() + static_cast<std::ptrdiff_t>(size))),
              ErrorCode::invalid_record);
  }
}

TEST(BatchValidatorTest, TheLimitIsOnTheSizeAsItTravels) {
  const Buffer batch = test::a_batch({.value_size = 2000});
  EXPECT_EQ(error_of(batch, {.max_message_bytes = 1000}), ErrorCode::message_too_large);
  const Buffer packed = test::a_batch({.value_size = 20000, .codec = Codec::gzip});
  EXPECT_EQ(error_of(packed, {.max_message_bytes = 1000}), ErrorCode::none);
}

TEST(BatchValidatorTest, KeylessRecordsOnACompactedTopicAreNamed) {
  for (const Codec codec : {Codec::none, Codec::lz4}) {
    Buffer batch = test::a_batch({.count = 2, .with_keys = false, .codec = codec});
    const auto fault = validate(batch, {.is_compacted = true});
    EXPECT_EQ(fault.error, ErrorCode::invalid_record);
    ASSERT_EQ(fault.records.size(), 2U);
    EXPECT_EQ(fault.records[1].index, 1);
  }
}

TEST(BatchValidatorTest, TimestampsOutOfRangeAreRefused) {
  const LogConfig config{.timestamp_before_max_ms = 1000, .timestamp_after_max_ms = 1000};
  const auto at = [](std::int64_t timestamp, Codec codec = Codec::none) {
    return test::a_batch({.first_timestamp = Timestamp{timestamp}, .codec = codec});
  };
  EXPECT_EQ(error_of(at(now.value), config), ErrorCode::none);
  EXPECT_EQ(error_of(at(now.value - 1001), config), ErrorCode::invalid_timestamp);
  EXPECT_EQ(error_of(at(now.value + 1001), config), ErrorCode::invalid_timestamp);
  EXPECT_EQ(error_of(at(now.value + 1001, Codec::zstd), config), ErrorCode::invalid_timestamp);
}

TEST(BatchValidatorTest, LogAppendTimeReplacesTheTimestamps) {
  Buffer batch = test::a_batch({.count = 2});
  ASSERT_FALSE(validate(batch, {.has_log_append_time = true}).found());
  EXPECT_EQ(BatchView(batch).max_timestamp(), now);
  EXPECT_TRUE(BatchView(batch).crc_is_right());
}

TEST(BatchValidatorTest, AnotherCodecMeansAnotherBatch) {
  Buffer batch = test::a_batch({.count = 100,
                                .producer_id = ProducerId{1},
                                .producer_epoch = ProducerEpoch{0},
                                .base_sequence = 3});
  ASSERT_FALSE(validate(batch, {.compression = Codec::zstd}).found());
  const BatchView view(batch);
  EXPECT_EQ(view.codec(), Codec::zstd);
  EXPECT_EQ(view.record_count(), 100);
  EXPECT_EQ(view.base_sequence(), 3);
  EXPECT_TRUE(view.crc_is_right());
  ASSERT_FALSE(validate(batch, {.compression = Codec::none}).found());
  EXPECT_EQ(batch, test::a_batch({.count = 100,
                                  .producer_id = ProducerId{1},
                                  .producer_epoch = ProducerEpoch{0},
                                  .base_sequence = 3}));
}

TEST(BatchValidatorTest, AMaxTimestampThatLiesIsPutRight) {
  Buffer batch = with(test::a_batch({.count = 2}), 35, std::int64_t{77});
  ASSERT_FALSE(validate(batch).found());
  EXPECT_EQ(BatchView(batch).max_timestamp(), Timestamp{1001});
}

TEST(BatchValidatorTest, DamagedRecordsUnderAGoodChecksumAreRefused) {
  const Buffer good = test::a_batch({.count = 3});
  for (std::size_t i = BatchView::header_size; i < good.size(); ++i) {
    Buffer damaged = good;
    damaged[i] ^= std::byte{0x40};
    wire::renew_crc(damaged);
    (void)error_of(damaged);  // whatever it finds, it must not crash
  }
  EXPECT_EQ(error_of(with(good, BatchView::header_size, std::int8_t{-1})),
            ErrorCode::invalid_record);
}

}  // namespace
}  // namespace odradek::log
