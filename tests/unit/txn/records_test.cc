// SPDX-License-Identifier: Apache-2.0
#include "txn/records.h"

#include "txn/transaction.h"

#include <gtest/gtest.h>

namespace odradek::txn {
namespace {

TEST(TransactionRecords, AreReadBackAsTheyWereWritten) {
  Transaction one;
  one.id = "x";
  one.producer = {7};
  one.previous_producer = {6};
  one.next_producer = {8};
  one.epoch = {3};
  one.timeout_ms = 60000;
  one.state = State::prepare_commit;
  one.partitions = {{"a", {0}}, {"a", {5}}, {"b", {1}}};
  one.started = {100};
  one.updated = {200};
  one.client_version = 2;
  const Record record = one.record();
  const auto decoded = decode_record(record.key, *record.value);
  ASSERT_TRUE(decoded);
  const auto& read = std::get<TransactionRecord>(*decoded);
  const Transaction again = Transaction::from(read.key.transactional_id, *read.value);
  EXPECT_EQ(again.record().value, record.value);
  EXPECT_EQ(again.partitions, one.partitions);
  EXPECT_EQ(again.next_producer, one.next_producer);
}

// The example of docs/format-transaction-state.md.
TEST(TransactionRecords, AreWrittenInKafkasFormat) {
  Transaction one;
  one.id = "pay";
  one.producer = one.previous_producer = {7};
  one.epoch = {3};
  one.timeout_ms = 60000;
  one.state = State::prepare_commit;
  one.partitions = {{"orders", {0}}, {"orders", {5}}};
  one.started = {100};
  one.updated = {200};
  one.client_version = 2;
  const Record record = one.record();
  EXPECT_EQ(as_text(record.key), std::string_view("\0\0\0\3pay", 7));
  constexpr std::string_view expected(
      "\0\1\0\0\0\0\0\0\0\7\0\3\0\0\xea\x60\2"
      "\2\7orders\3\0\0\0\0\0\0\0\5\0"
      "\0\0\0\0\0\0\0\xc8\0\0\0\0\0\0\0\x64"
      "\2\0\x8\0\0\0\0\0\0\0\7\2\2\0\2",
      66);
  EXPECT_EQ(as_text(*record.value), expected);
}

TEST(TransactionRecords, EveryTruncationIsFound) {
  Transaction one;
  one.id = "x";
  one.state = State::ongoing;
  one.partitions = {{"t", {0}}};
  const Record record = one.record();
  for (std::size_t size = 0; size < record.value->size(); ++size) {
    EXPECT_FALSE(decode_record(record.key, Bytes(*record.value).first(size))) << size;
  }
  for (std::size_t size = 0; size < record.key.size(); ++size) {
    EXPECT_FALSE(decode_record(Bytes(record.key).first(size), *record.value)) << size;
  }
}

}  // namespace
}  // namespace odradek::txn
