// SPDX-License-Identifier: Apache-2.0
#include "cleaner/batch_filter.h"

#include "wire/record_batch_builder.h"
#include "wire/transaction_marker.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace odradek::cleaner {
namespace {

using wire::BatchView;

struct FilteredRow {
  std::string key;
  std::optional<std::string> value;
};

class BatchFilterTest : public testing::Test {
 protected:
  BatchFilterTest() : map_(100, 0.9, {1, 2}) {}

  Buffer batch(std::int64_t base, const std::vector<FilteredRow>& rows,
               wire::RecordBatchBuilder::Options options = {}) {
    wire::RecordBatchBuilder builder;
    for (const FilteredRow& row : rows) {
      builder.add(Timestamp{1000 + base}, as_bytes(row.key),
                  row.value ? std::optional(as_bytes(*row.value)) : std::nullopt, {{"h", "x"}});
    }
    options.base_offset = {base};
    return *builder.build(options);
  }
  void know(const std::string& key, std::int64_t offset) {
    ASSERT_TRUE(map_.put(map_.key(as_bytes(key)), Offset{offset}));
  }

  // A new round.
  Buffer filter(const Buffer& given, std::int64_t now = 5000,
                BatchFilter::Place place = BatchFilter::Place::anywhere) {
    FilterRules rules{map_, known_end_, {now}, 100, last_records_};
    BatchFilter filter(rules, transactions_);
    const auto filtered = filter.filter(BatchView(given), place);
    EXPECT_TRUE(filtered) << filtered.error().context;
    return Buffer(filtered->begin(), filtered->end());
  }

  static std::vector<std::string> rows_in(const Buffer& bytes) {
    const BatchView view{Bytes(bytes)};
    EXPECT_TRUE(view.crc_is_right());
    EXPECT_EQ(view.size(), static_cast<std::int64_t>(bytes.size()));
    Bytes records = view.records();
    Buffer unpacked;
    if (view.codec() != wire::Codec::none) {
      unpacked = *wire::decompress(view.codec(), records, 1 << 20);
      records = unpacked;
    }
    std::vector<std::string> rows;
    wire::RecordReader reader(records, view.record_count());
    while (const auto record = reader.next()) {
      const std::int64_t time = view.base_timestamp().value + record->timestamp_delta;
      rows.push_back(std::to_string(view.base_offset().value + record->offset_delta) + " " +
                     std::string(as_text(*record->key)) + "=" +
                     (record->value ? std::string(as_text(*record->value)) : "-") + " @" +
                     std::to_string(time));
    }
    EXPECT_TRUE(reader.ok());
    return rows;
  }

  OffsetMap map_;
  Offset known_end_{100};
  LastRecords last_records_;
  CleanedTransactions transactions_;
};

TEST_F(BatchFilterTest, OnlyTheLastOfAKeyStaysWithItsOffsetAndTime) {
  know("a", 12);
  know("b", 30);
  know("c", 14);
  for (const wire::Codec codec : {wire::Codec::none, wire::Codec::gzip, wire::Codec::snappy,
                                  wire::Codec::lz4, wire::Codec::zstd}) {
    const Buffer given =
        batch(10, {{"a", "1"}, {"b", "2"}, {"a", "3"}, {"b", "4"}, {"c", "5"}}, {.codec = codec});
    const Buffer left = filter(given);
    EXPECT_EQ(rows_in(left), (std::vector<std::string>{"12 a=3 @1010", "14 c=5 @1010"}));
    EXPECT_EQ(BatchView(Bytes(left)).codec(), codec);
    EXPECT_EQ(BatchView(Bytes(left)).next_offset(), Offset{15});
  }
}

TEST_F(BatchFilterTest, WhereNothingGoesTheBatchIsTheSame) {
  know("a", 10);
  const Buffer given = batch(10, {{"a", "1"}}, {.codec = wire::Codec::zstd});
  EXPECT_EQ(filter(given), given);
}

TEST_F(BatchFilterTest, WhereAllGoesThereIsNoBatch) {
  know("a", 50);
  EXPECT_TRUE(filter(batch(10, {{"a", "1"}})).empty());
}

TEST_F(BatchFilterTest, WhatTheMapDoesNotReachStays) {
  know("a", 50);
  known_end_ = {11};
  EXPECT_EQ(rows_in(filter(batch(10, {{"a", "1"}, {"a", "2"}}))),
            (std::vector<std::string>{"11 a=2 @1010"}));
}

TEST_F(BatchFilterTest, ATombstoneStaysUntilItsTimeIsOver) {
  know("a", 10);
  know("b", 11);
  const Buffer given = batch(10, {{"a", std::nullopt}, {"b", "1"}});
  const Buffer first = filter(given, 5000);
  EXPECT_EQ(rows_in(first), (std::vector<std::string>{"10 a=- @1010", "11 b=1 @1010"}));
  EXPECT_EQ(BatchView(Bytes(first)).delete_horizon(), Timestamp{5100});
  EXPECT_EQ(BatchView(Bytes(first)).max_timestamp(), Timestamp{1010});
  EXPECT_EQ(filter(first, 5099), first);
  EXPECT_EQ(rows_in(filter(first, 5100)), (std::vector<std::string>{"11 b=1 @1010"}));
}

TEST_F(BatchFilterTest, TheLastOfAProducerAndOfASegmentStayEmpty) {
  know("a", 50);
  last_records_[ProducerId{7}] = {Offset{10}, ProducerEpoch{3}};
  const Buffer given = batch(
      10, {{"a", "1"}},
      {.codec = wire::Codec::lz4, .producer_id = {7}, .producer_epoch = {3}, .base_sequence = 5});
  const Buffer left = filter(given);
  const BatchView view{Bytes(left)};
  EXPECT_EQ(rows_in(left).size(), 0U);
  EXPECT_EQ(left.size(), BatchView::header_size);
  EXPECT_EQ(view.codec(), wire::Codec::none);
  EXPECT_EQ(view.last_sequence(), 5);
  EXPECT_EQ(view.max_timestamp(), Timestamp{1010});
  EXPECT_EQ(filter(left), left);
  last_records_.clear();
  EXPECT_TRUE(filter(left).empty());
  EXPECT_EQ(filter(given, 5000, BatchFilter::Place::at_the_end), left);
}

TEST_F(BatchFilterTest, ARecordWithoutKeyGoes) {
  wire::RecordBatchBuilder builder;
  builder.add(Timestamp{1}, std::nullopt, as_bytes("x"));
  EXPECT_TRUE(filter(*builder.build({.base_offset = {10}})).empty());
}

class TransactionFilterTest : public BatchFilterTest {
 protected:
  Buffer data(std::int64_t base) {
    return batch(base, {{"a", "1"}},
                 {.producer_id = {7},
                  .producer_epoch = {0},
                  .base_sequence = 0,
                  .further_attributes = wire::transactional_attribute});
  }
  Buffer marker(std::int64_t offset, wire::TransactionResult result) {
    Buffer bytes = *wire::TransactionMarker{result, {}}.batch({7}, {0}, Timestamp{2000});
    wire::set_base_offset(bytes, {offset});
    return bytes;
  }
  static constexpr auto commit = wire::TransactionResult::commit;
  static constexpr auto abort = wire::TransactionResult::abort;
};

TEST_F(TransactionFilterTest, AbortedDataGoesAndItsMarkerWaits) {
  transactions_.add({{{7}, {10}, {11}, {12}}});
  EXPECT_TRUE(filter(data(10)).empty());
  EXPECT_EQ(filter(marker(11, abort)), marker(11, abort));
  EXPECT_EQ(transactions_.take_kept().size(), 1U);
  // The next round finds no data: the marker's time begins.
  transactions_.add({{{7}, {10}, {11}, {12}}});
  const Buffer waiting = filter(marker(11, abort), 5000);
  EXPECT_EQ(BatchView(Bytes(waiting)).delete_horizon(), Timestamp{5100});
  EXPECT_TRUE(transactions_.take_kept().empty());
  EXPECT_EQ(wire::TransactionMarker::of(BatchView(Bytes(waiting)))->result, abort);
  EXPECT_EQ(filter(waiting, 5099), waiting);
  EXPECT_TRUE(filter(waiting, 5100).empty());
}

TEST_F(TransactionFilterTest, TheMarkerOfACommitStaysAsLongAsItsData) {
  know("a", 10);
  EXPECT_EQ(filter(data(10)), data(10));
  EXPECT_EQ(filter(marker(11, commit)), marker(11, commit));
  const Buffer waiting = filter(marker(11, commit), 5000);
  EXPECT_NE(waiting, marker(11, commit));
  EXPECT_TRUE(filter(waiting, 6000).empty());
}

TEST_F(TransactionFilterTest, TheMarkerThatFencesAProducerStaysAsABatch) {
  last_records_[ProducerId{7}] = {std::nullopt, ProducerEpoch{0}};
  const Buffer waiting = filter(marker(11, commit), 5000);
  const Buffer left = filter(waiting, 6000);
  EXPECT_EQ(left.size(), BatchView::header_size);
  EXPECT_TRUE(BatchView(Bytes(left)).is_control());
  EXPECT_EQ(BatchView(Bytes(left)).producer_id(), ProducerId{7});
  EXPECT_EQ(filter(left, 7000), left);
}

}  // namespace
}  // namespace odradek::cleaner
