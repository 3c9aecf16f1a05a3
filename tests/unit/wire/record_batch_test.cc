// SPDX-License-Identifier: Apache-2.0
#include "wire/record_batch.h"

#include "support/batches.h"
#include "wire/varint.h"

#include <gtest/gtest.h>

#include <limits>

namespace odradek::wire {
namespace {

TEST(RecordBatchTest, HasItsFieldsWhereTheFormatSays) {
  const Buffer bytes = test::a_batch({.count = 3,
                                      .base_offset = Offset{42},
                                      .producer_id = ProducerId{7},
                                      .producer_epoch = ProducerEpoch{2},
                                      .base_sequence = 11});
  const BatchView batch(bytes);
  EXPECT_EQ(batch.base_offset(), Offset{42});
  EXPECT_EQ(batch.size(), static_cast<std::int64_t>(bytes.size()));
  EXPECT_EQ(batch.magic(), 2);
  EXPECT_EQ(batch.record_count(), 3);
  EXPECT_EQ(batch.next_offset(), Offset{45});
  EXPECT_EQ(batch.last_sequence(), 13);
  EXPECT_TRUE(batch.crc_is_right());
}

TEST(RecordBatchTest, OffsetAndEpochAreOutsideTheChecksum) {
  Buffer bytes = test::a_batch({});
  set_base_offset(bytes, Offset{1000});
  set_leader_epoch(bytes, LeaderEpoch{9});
  EXPECT_TRUE(BatchView(bytes).crc_is_right());
  EXPECT_EQ(BatchView(bytes).base_offset(), Offset{1000});
  EXPECT_EQ(BatchView(bytes).leader_epoch(), LeaderEpoch{9});
}

TEST(RecordBatchTest, EveryFlippedBitBehindTheChecksumIsNoticed) {
  const Buffer bytes = test::a_batch({.count = 2});
  for (std::size_t i = 17; i < bytes.size(); ++i) {
    Buffer damaged = bytes;
    damaged[i] ^= std::byte{1};
    EXPECT_FALSE(BatchView(damaged).crc_is_right()) << i;
  }
}

TEST(RecordBatchTest, LogAppendTimeRenewsTheChecksum) {
  Buffer bytes = test::a_batch({});
  set_log_append_time(bytes, Timestamp{123456});
  EXPECT_TRUE(BatchView(bytes).crc_is_right());
  EXPECT_TRUE(BatchView(bytes).has_log_append_time());
  EXPECT_EQ(BatchView(bytes).max_timestamp(), Timestamp{123456});
}

TEST(RecordBatchTest, SequencesWrapToZero) {
  constexpr auto last = std::numeric_limits<std::int32_t>::max();
  EXPECT_EQ(sequence_after(last, 1), 0);
  EXPECT_EQ(sequence_after(last - 1, 3), 1);
  EXPECT_EQ(sequence_after(5, 1), 6);
}

TEST(RecordReaderTest, GivesKeysValuesNullsAndHeaders) {
  RecordBatchBuilder builder;
  builder.add(Timestamp{100}, as_bytes("k"), as_bytes("v"), {{"h", "x"}, {"n", std::nullopt}});
  builder.add(Timestamp{90}, std::nullopt, std::nullopt);
  builder.add(Timestamp{110}, as_bytes(""), as_bytes(""));
  const auto bytes = builder.build({});
  ASSERT_TRUE(bytes);
  const BatchView batch(*bytes);
  EXPECT_EQ(batch.max_timestamp(), Timestamp{110});
  RecordReader reader(batch.records(), batch.record_count());
  auto record = reader.next();
  ASSERT_TRUE(record);
  EXPECT_EQ(as_text(*record->key), "k");
  EXPECT_EQ(as_text(*record->value), "v");
  EXPECT_EQ(record->timestamp_delta, 0);
  record = reader.next();
  ASSERT_TRUE(record);
  EXPECT_FALSE(record->key);
  EXPECT_FALSE(record->value);
  EXPECT_EQ(record->timestamp_delta, -10);
  record = reader.next();
  ASSERT_TRUE(record);
  EXPECT_TRUE(record->key && record->key->empty());
  EXPECT_FALSE(reader.next());
  EXPECT_TRUE(reader.ok());
}

TEST(RecordReaderTest, NoticesEveryTruncationAndLeftover) {
  const Buffer bytes = test::a_batch({.count = 3});
  const Bytes records = BatchView(bytes).records();
  for (std::size_t size = 0; size < records.size(); ++size) {
    RecordReader reader(records.first(size), 3);
    while (reader.next()) {
    }
    EXPECT_FALSE(reader.ok()) << size;
  }
  RecordReader too_few(records, 2);
  while (too_few.next()) {
  }
  EXPECT_FALSE(too_few.ok());
}

TEST(VarintTest, RoundTripsTheExtremes) {
  for (const std::int64_t value :
       {std::int64_t{0}, std::int64_t{-1}, std::int64_t{63}, std::int64_t{64},
        std::numeric_limits<std::int64_t>::max(), std::numeric_limits<std::int64_t>::min()}) {
    Buffer bytes;
    append_varlong(bytes, value);
    Bytes rest(bytes);
    EXPECT_EQ(take_varlong(rest), value);
    EXPECT_TRUE(rest.empty());
  }
}

TEST(VarintTest, EndsInsideANumberIsNoNumber) {
  const Buffer endless(12, std::byte{0x80});
  Bytes rest(endless);
  EXPECT_FALSE(take_varlong(rest));
}

}  // namespace
}  // namespace odradek::wire
