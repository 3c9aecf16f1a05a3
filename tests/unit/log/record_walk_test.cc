// SPDX-License-Identifier: Apache-2.0
#include "log/record_walk.h"

#include "log/posix_file_system.h"
#include "support/batches.h"
#include "support/temporary_directory.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <vector>

namespace odradek::log {
namespace {

class RecordWalkTest : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(open(Offset{0})); }

  Result<> open(Offset recovery_point) {
    log_.reset();
    PartitionLog::Recovery recovery;
    TRY(log_, PartitionLog::open({files_, cache_, directory_.path(), {recovery_point, Offset{0}}},
                                 recovery));
    return {};
  }
  void append(test::BatchSpec spec) {
    Buffer batch = test::a_batch(spec);
    (void)log_->append(batch, nullptr, {config_, LeaderEpoch{0}, Timestamp{5000}});
    ASSERT_TRUE(log_->commit());
  }
  // The offsets of all records from `from` on, in pieces of `max_bytes`; nothing after an error.
  Result<std::vector<std::int64_t>> walk(Offset from, std::size_t max_bytes = 1 << 20) {
    std::vector<std::int64_t> offsets;
    if (!log_) return offsets;
    const auto note = [&](const LoggedRecord& logged) -> Result<> {
      offsets.push_back(logged.offset.value);
      return {};
    };
    while (from < log_->high_watermark()) {
      TRY(from, walk_records(*log_, from, max_bytes, note));
    }
    return offsets;
  }
  Buffer content() { return *files_.read_file(directory_ / "00000000000000000000.log"); }
  // The log as if these bytes had been there at the start, and been believed; none where what is
  // wrong with them was noticed then.
  void replace(const Buffer& bytes, Offset end) {
    log_.reset();
    std::filesystem::remove_all(directory_.path());
    std::filesystem::create_directories(directory_.path());
    ASSERT_TRUE(files_.write_cache_file(directory_ / "00000000000000000000.log", bytes));
    const auto opened = open(end);
    EXPECT_TRUE(opened || opened.error().fault == Fault::corrupt) << opened.error().context;
  }

  test::TemporaryDirectory directory_;
  PosixFileSystem files_;
  TailCache cache_{1 << 20};
  LogConfig config_;
  std::unique_ptr<PartitionLog> log_;
};

TEST_F(RecordWalkTest, TellsEveryRecordOnceInAnyPieces) {
  for (int i = 0; i < 20; ++i) append({.count = 3});
  std::vector<std::int64_t> all(60);
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<std::int64_t>(i);
  for (const std::size_t piece : {std::size_t{1}, std::size_t{300}, std::size_t{1} << 20}) {
    EXPECT_EQ(*walk(Offset{0}, piece), all);
  }
  EXPECT_EQ(*walk(Offset{58}), (std::vector<std::int64_t>{58, 59})) << "from within a batch";
  EXPECT_TRUE(walk(Offset{60})->empty());
}

TEST_F(RecordWalkTest, UnpacksWhatIsCompressed) {
  append({.count = 5, .codec = wire::Codec::zstd});
  EXPECT_EQ(walk(Offset{0})->size(), 5U);
}

TEST_F(RecordWalkTest, DamageIsNoticedWhereverItIs) {
  for (int i = 0; i < 3; ++i) append({.count = 2});
  const Buffer whole = content();
  const std::size_t batch_size = whole.size() / 3;
  for (std::size_t position = 0; position < whole.size(); ++position) {
    const std::size_t in_batch = position % batch_size;
    // No checksum covers the base offset and the leader epoch.
    if (in_batch < 8 || (in_batch >= 12 && in_batch < 16)) continue;
    Buffer damaged = whole;
    damaged[position] ^= std::byte{0x5a};
    replace(damaged, Offset{6});
    const auto walked = walk(Offset{0});
    EXPECT_FALSE(walked && walked->size() == 6) << "byte " << position;
  }
  replace(whole, Offset{6});
  EXPECT_EQ(walk(Offset{0})->size(), 6U);
}

TEST_F(RecordWalkTest, ABaseOffsetThatGoesBackIsNoticed) {
  for (int i = 0; i < 3; ++i) append({.count = 2});
  Buffer damaged = content();
  store_big<std::int64_t>(damaged.data() + damaged.size() / 3, 0);
  replace(damaged, Offset{6});
  EXPECT_FALSE(log_);
}

TEST_F(RecordWalkTest, EndsAtTheFirstErrorOfTheOneWhoIsTold) {
  append({.count = 3});
  int told = 0;
  const auto walked = walk_records(*log_, Offset{0}, 1 << 20, [&](const LoggedRecord&) -> Result<> {
    if (++told == 2) return Error{Fault::corrupt, "no"};
    return {};
  });
  EXPECT_FALSE(walked);
  EXPECT_EQ(told, 2);
}

}  // namespace
}  // namespace odradek::log
