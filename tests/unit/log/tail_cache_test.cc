// SPDX-License-Identifier: Apache-2.0
#include "log/tail_cache.h"

#include "log/posix_file_system.h"
#include "support/temporary_directory.h"

#include <gtest/gtest.h>

namespace odradek::log {
namespace {

class TailCacheTest : public testing::Test {
 protected:
  void SetUp() override {
    file_ = *files_.open(directory_ / "log", FileSystem::Open::create);
    tail_ = cache_.open();
  }
  void TearDown() override { cache_.close(tail_); }

  void add(std::int64_t base, std::size_t size) { add_to(tail_, base, size); }
  void add_to(TailCache::Tail* tail, std::int64_t base, std::size_t size) {
    cache_.add(tail, {.base = Offset{base},
                      .next = Offset{base + 1},
                      .position = base * 100,
                      .file = file_,
                      .data = bytes_.data(),
                      .size = size,
                      .keeper = nullptr});
  }
  std::size_t readable(std::int64_t offset, std::size_t max_bytes = 1 << 20) {
    Slices slices;
    if (!TailCache::read(*tail_, Offset{offset}, Offset{1000}, max_bytes, slices)) return 0;
    return total_size(slices);
  }

  test::TemporaryDirectory directory_;
  PosixFileSystem files_;
  FilePtr file_;
  Buffer bytes_ = Buffer(100000);
  TailCache cache_{1000};
  TailCache::Tail* tail_ = nullptr;
};

TEST_F(TailCacheTest, ServesWhatItHasAndRefusesWhatIsOlder) {
  for (int i = 0; i < 15; ++i) add(i, 100);
  EXPECT_EQ(cache_.size(), 1000U);
  EXPECT_EQ(readable(5), 1000U);
  EXPECT_EQ(readable(4), 0U);
  EXPECT_EQ(readable(12), 300U);
}

TEST_F(TailCacheTest, StopsAtWholeBatchesButGivesTheFirst) {
  for (int i = 0; i < 5; ++i) add(i, 100);
  EXPECT_EQ(readable(0, 250), 200U);
  EXPECT_EQ(readable(0, 10), 100U);
}

TEST_F(TailCacheTest, SmallBatchesInARowBecomeOneSlice) {
  for (int i = 0; i < 5; ++i) add(i, 100);
  Slices slices;
  ASSERT_TRUE(TailCache::read(*tail_, Offset{1}, Offset{4}, 1 << 20, slices));
  ASSERT_EQ(slices.size(), 1U);
  EXPECT_EQ(slices[0].size, 300U);
  EXPECT_EQ(slices[0].file_position, 100);
}

TEST_F(TailCacheTest, TheOldestOfAllPartitionsGoesFirst) {
  TailCache::Tail* const other = cache_.open();
  add_to(other, 0, 600);
  add(0, 300);
  add(1, 300);  // together too much: the other's goes
  EXPECT_TRUE(other->batches().empty());
  EXPECT_EQ(readable(0), 600U);
  cache_.close(other);
}

TEST_F(TailCacheTest, AClearedPartitionStartsAnewAndItsOldMentionsDoNoHarm) {
  for (int i = 0; i < 5; ++i) add(i, 100);
  cache_.clear(tail_);
  EXPECT_EQ(cache_.size(), 0U);
  for (int i = 50; i < 70; ++i) add(i, 100);
  EXPECT_EQ(readable(60), 1000U);
}

TEST_F(TailCacheTest, ABatchLargerThanTheBudgetLeavesNoGap) {
  add(0, 100);
  add(1, 5000);
  EXPECT_EQ(readable(0), 0U);
  add(2, 100);
  EXPECT_EQ(readable(2), 100U);
}

}  // namespace
}  // namespace odradek::log
