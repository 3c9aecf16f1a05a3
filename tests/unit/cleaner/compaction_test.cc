// SPDX-License-Identifier: Apache-2.0
#include "cleaner/compaction.h"

#include "log/batch_scanner.h"
#include "support/log_directory.h"
#include "support/simulated_disk.h"
#include "wire/record_batch_builder.h"
#include "wire/transaction_marker.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace odradek::cleaner {
namespace {

using wire::BatchView;

constexpr std::int64_t delete_retention_ms = 1000;

struct Row {
  std::string key;
  std::optional<std::string> value;
  Timestamp time;
  bool is_aborted = false;
};

// A log of random records of few keys, some of them in transactions, in segments of a few batches;
// and what has to be left of it.
class History {
 public:
  explicit History(std::uint64_t seed) : random_(seed) {
    (void)files_.create_directories(test::log_directory);
    for (std::uint64_t batches = 20 + below(150); batches > 0; --batches) add_something();
    for (std::int64_t producer = 0; producer < producers; ++producer) end(producer);
    write_segment();
    last_records_[ProducerId{0}] = {last_data_[0], ProducerEpoch{0}};
  }

  // One round from `from` on, at `now`; returns how far it came.
  Offset compact(Offset from, std::size_t most_keys, Timestamp now) {
    Compaction compaction({.files = files_,
                           .directory = test::log_directory,
                           .segments = segments_,
                           .first_dirty = from,
                           .aborted = aborted_,
                           .last_records = last_records_,
                           .now = now,
                           .delete_retention_ms = delete_retention_ms,
                           .segment_bytes = 2000,
                           .index_interval_bytes = 100,
                           .most_keys = most_keys,
                           .seed = {1, 2}});
    for (bool goes_on = true; goes_on;) {
      const auto stepped = compaction.step(500);
      EXPECT_TRUE(stepped) << stepped.error().context;
      goes_on = stepped && *stepped;
    }
    for (const auto& each : compaction.outcome().replacements) replace(each);
    return compaction.outcome().compacted_to;
  }

  // Without tombstones where all of them had their time.
  std::map<Offset, Row> expected(Offset compacted_to, bool has_tombstones = true) const {
    std::map<std::string, Offset> last;
    for (const auto& [offset, row] : rows_) {
      if (offset < compacted_to && !row.is_aborted) last[row.key] = offset;
    }
    std::map<Offset, Row> left;
    for (const auto& [offset, row] : rows_) {
      const bool was_rewritten = segment_of(offset) < compacted_to;
      const bool is_superseded = offset < compacted_to && last[row.key] != offset;
      const bool is_over = offset < compacted_to && !row.value && !has_tombstones;
      if (was_rewritten && (row.is_aborted || is_superseded || is_over)) continue;
      left[offset] = row;
    }
    return left;
  }

  // All that stands in the segments; each of them ends where the next one begins.
  std::map<Offset, Row> read() {
    std::map<Offset, Row> found;
    data_batches_.clear();
    for (const StoredSegment& each : segments_) {
      log::Segment segment(files_, path_of(each.base), each.base);
      segment.is_followed_by(each.end);
      EXPECT_TRUE(segment.load());
      Offset end = each.base;
      log::BatchScanner scanner(*segment.file(), 0, segment.size(),
                                log::BatchScanner::Read::whole_batches);
      while (const auto batch = *scanner.next()) {
        read(batch->batch, found);
        end = batch->batch.next_offset();
      }
      EXPECT_EQ(scanner.position(), segment.size());
      EXPECT_EQ(end, each.end);
    }
    return found;
  }

  Offset end() const { return next_; }
  std::int64_t size() const {
    std::int64_t size = 0;
    for (const StoredSegment& each : segments_) size += each.size;
    return size;
  }
  // A batch may have to stay for what its header says, and with it what says that it was aborted.
  void expect_no_more_aborted_than_needed() {
    (void)read();
    for (const log::AbortedEntry& each : aborted_) {
      const auto batch = data_batches_.lower_bound({each.producer, each.first_offset});
      EXPECT_TRUE(batch != data_batches_.end() && batch->first == each.producer &&
                  batch->second < each.last_offset);
    }
  }

 private:
  static constexpr std::int64_t producers = 3;

  std::uint64_t below(std::uint64_t limit) { return random_() % limit; }
  static std::string path_of(Offset base) {
    return test::log_directory + "/" + log::offset_in_file_name(base);
  }

  void add_something() {
    const auto producer = static_cast<std::int64_t>(below(producers));
    switch (below(6)) {
      case 0:
        end(producer);
        break;
      case 1:
      case 2:
        add_records(producer);
        break;
      default:
        add_records(none_of<ProducerId>.value);
    }
    if (below(8) == 0) write_segment();
  }

  void add_records(std::int64_t producer) {
    const bool is_transactional = producer >= 0;
    wire::RecordBatchBuilder builder;
    const std::uint64_t count = 1 + below(5);
    for (std::uint64_t i = 0; i < count; ++i) {
      Row row{"key-" + std::to_string(below(30)), std::nullopt,
              Timestamp{1000 + static_cast<std::int64_t>(below(1000))}};
      if (below(5) != 0) row.value = "value-" + std::to_string(random_());
      builder.add(row.time, as_bytes(row.key),
                  row.value ? std::optional(as_bytes(*row.value)) : std::nullopt);
      const Offset offset = next_ + static_cast<std::int64_t>(i);
      if (is_transactional) open_[producer].push_back(offset);
      if (is_transactional) last_data_[producer] = offset;
      rows_[offset] = row;
    }
    const Buffer batch = *builder.build(
        {.base_offset = next_,
         .leader_epoch = {0},
         .codec = static_cast<wire::Codec>(below(5)),
         .producer_id = {producer},
         .producer_epoch = {static_cast<std::int16_t>(is_transactional ? 0 : -1)},
         .base_sequence = is_transactional ? 0 : -1,
         .further_attributes = is_transactional ? wire::transactional_attribute : std::int16_t{0}});
    add(batch);
  }

  void end(std::int64_t producer) {
    const std::vector<Offset> written = std::exchange(open_[producer], {});
    if (written.empty()) return;
    const bool commits = below(2) == 0;
    const wire::TransactionMarker marker{static_cast<wire::TransactionResult>(commits), {0}};
    Buffer batch = *marker.batch({producer}, {0}, Timestamp{1500});
    wire::set_base_offset(batch, next_);
    wire::set_leader_epoch(batch, {0});
    if (!commits) {
      aborted_.push_back({{producer}, written.front(), next_, next_});
      for (const Offset offset : written) rows_[offset].is_aborted = true;
    }
    add(batch);
  }

  void add(const Buffer& batch) {
    append(unwritten_, batch);
    next_ = BatchView(batch).next_offset();
  }

  void write_segment() {
    if (unwritten_.empty()) return;
    const Offset base = segments_.empty() ? Offset{0} : segments_.back().end;
    const auto file = *files_.open(path_of(base) + ".log", log::FileSystem::Open::create);
    const Bytes piece(unwritten_);
    ASSERT_TRUE(file->write(std::span(&piece, 1), 0));
    segments_.push_back({base, next_, static_cast<std::int64_t>(piece.size())});
    first_bases_.insert(base);
    unwritten_.clear();
  }

  Offset segment_of(Offset offset) const { return *std::prev(first_bases_.upper_bound(offset)); }

  void replace(const log::SegmentReplacement& replacement) {
    const std::string path = path_of(replacement.first);
    std::vector<StoredSegment> after;
    bool is_done = false;
    for (const StoredSegment& each : segments_) {
      const bool is_replaced = each.base >= replacement.first && each.base < replacement.end;
      if (!is_replaced) {
        after.push_back(each);
        continue;
      }
      if (is_done) (void)files_.remove(path_of(each.base) + ".log");
      if (!is_done) after.push_back({replacement.first, replacement.end});
      is_done = true;
    }
    for (const std::string suffix : {".index", ".timeindex", ".log"}) {
      EXPECT_TRUE(
          files_.rename(path + suffix + std::string(log::Segment::cleaned_mark), path + suffix));
    }
    segments_ = std::move(after);
    for (StoredSegment& each : segments_) {
      if (each.base != replacement.first) continue;
      each.size = *(*files_.open(path + ".log", log::FileSystem::Open::read_only))->size();
    }
    keep_aborted(replacement, path + ".txnindex" + std::string(log::Segment::cleaned_mark));
  }

  // Those with markers there are the ones that the new index has.
  void keep_aborted(const log::SegmentReplacement& replacement, const std::string& index) {
    std::erase_if(aborted_, [&](const log::AbortedEntry& each) {
      return each.last_offset >= replacement.first && each.last_offset < replacement.end;
    });
    if (!files_.exists(index)) return;
    const Buffer content = *files_.read_file(index);
    for (std::size_t at = 0; at < content.size(); at += log::AbortedEntry::size) {
      aborted_.push_back(log::AbortedEntry::load(content.data() + at));
    }
    ASSERT_TRUE(files_.remove(index));
  }

  void read(const BatchView& batch, std::map<Offset, Row>& into) {
    if (batch.is_control()) return;
    data_batches_.emplace(batch.producer_id(), batch.base_offset());
    Buffer unpacked;
    Bytes records = batch.records();
    if (batch.codec() != wire::Codec::none) {
      unpacked = *wire::decompress(batch.codec(), records, 1 << 20);
      records = unpacked;
    }
    wire::RecordReader reader(records, batch.record_count());
    while (const auto record = reader.next()) {
      Row row{std::string(as_text(*record->key)), std::nullopt,
              batch.base_timestamp() + record->timestamp_delta};
      if (record->value) row.value = std::string(as_text(*record->value));
      into[batch.base_offset() + record->offset_delta] = row;
    }
    EXPECT_TRUE(reader.ok());
  }

  std::mt19937_64 random_;
  test::SimulatedDisk files_;
  std::vector<StoredSegment> segments_;
  std::set<Offset> first_bases_;  // as they were written
  Buffer unwritten_;
  Offset next_;
  std::map<Offset, Row> rows_;
  std::map<std::int64_t, std::vector<Offset>> open_;  // transactions, by producer
  std::map<std::int64_t, Offset> last_data_;
  std::vector<log::AbortedEntry> aborted_;
  LastRecords last_records_;
  std::set<std::pair<ProducerId, Offset>> data_batches_;  // that were read
};

void expect_same(const std::map<Offset, Row>& found, const std::map<Offset, Row>& expected) {
  for (const auto& [offset, row] : expected) {
    const auto it = found.find(offset);
    ASSERT_NE(it, found.end()) << offset.value << " " << row.key << " is gone";
    EXPECT_EQ(it->second.key, row.key);
    EXPECT_EQ(it->second.value, row.value);
    EXPECT_EQ(it->second.time, row.time);
  }
  for (const auto& [offset, row] : found) {
    EXPECT_TRUE(expected.contains(offset)) << offset.value << " " << row.key << " is there";
  }
}

TEST(CompactionTest, WhatIsLeftOfRandomHistoriesIsWhatAModelSays) {
  for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    History history(seed);
    expect_same(history.read(), history.expected(Offset{0}));
    const std::size_t most_keys = 1 + seed % 40;
    const std::int64_t size = history.size();
    Offset compacted_to{0};
    while (compacted_to < history.end()) {
      const Offset before = compacted_to;
      compacted_to = history.compact(before, most_keys, Timestamp{5000});
      ASSERT_GT(compacted_to, before);
      expect_same(history.read(), history.expected(compacted_to));
      if (testing::Test::HasFailure()) return;
    }
    EXPECT_LT(history.size(), size);
    // When their time is over tombstones go, and markers that nothing is left of.
    history.compact(Offset{0}, 100, Timestamp{5000 + delete_retention_ms});
    expect_same(history.read(), history.expected(compacted_to, false));
    // What a round finds, the next one does not.
    for (std::int64_t before = 0; history.size() != before;) {
      before = history.size();
      history.compact(Offset{0}, 100, Timestamp{5000 + 2 * delete_retention_ms});
    }
    history.compact(Offset{0}, 100, Timestamp{5000 + 3 * delete_retention_ms});
    history.expect_no_more_aborted_than_needed();
    if (testing::Test::HasFailure()) return;
  }
}

}  // namespace
}  // namespace odradek::cleaner
