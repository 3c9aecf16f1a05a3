// SPDX-License-Identifier: Apache-2.0
#include "log/leader_epochs.h"

#include <gtest/gtest.h>

namespace odradek::log {
namespace {

LeaderEpochs three_epochs() {
  LeaderEpochs epochs;
  epochs.assign(LeaderEpoch{1}, Offset{0});
  epochs.assign(LeaderEpoch{3}, Offset{10});
  epochs.assign(LeaderEpoch{4}, Offset{20});
  return epochs;
}

TEST(LeaderEpochsTest, OnlyANewerEpochIsNews) {
  LeaderEpochs epochs = three_epochs();
  EXPECT_FALSE(epochs.assign(LeaderEpoch{4}, Offset{25}));
  EXPECT_TRUE(epochs.assign(LeaderEpoch{5}, Offset{25}));
}

TEST(LeaderEpochsTest, AnEpochEndsWhereTheNextBegins) {
  const LeaderEpochs epochs = three_epochs();
  EXPECT_EQ(epochs.end_of(LeaderEpoch{1}, Offset{30}).offset, Offset{10});
  EXPECT_EQ(epochs.end_of(LeaderEpoch{4}, Offset{30}).offset, Offset{30});
}

TEST(LeaderEpochsTest, AnEpochThatNeverWroteEndsWithTheOneBeforeIt) {
  const auto end = three_epochs().end_of(LeaderEpoch{2}, Offset{30});
  EXPECT_EQ(end.epoch, LeaderEpoch{1});
  EXPECT_EQ(end.offset, Offset{10});
}

TEST(LeaderEpochsTest, AnEpochThatIsUnknownHasNoEnd) {
  const auto end = three_epochs().end_of(LeaderEpoch{5}, Offset{30});
  EXPECT_EQ(end.epoch, none_of<LeaderEpoch>);
  EXPECT_EQ(end.offset, Offset{-1});
}

TEST(LeaderEpochsTest, TruncationsKeepWhatIsStillThere) {
  LeaderEpochs epochs = three_epochs();
  EXPECT_TRUE(epochs.truncate_before(Offset{15}));
  EXPECT_EQ(epochs.entries().front(), (LeaderEpochs::Entry{LeaderEpoch{3}, Offset{15}}));
  EXPECT_TRUE(epochs.truncate_from(Offset{20}));
  EXPECT_EQ(epochs.latest(), LeaderEpoch{3});
  EXPECT_EQ(epochs.at(Offset{17}), LeaderEpoch{3});
}

TEST(LeaderEpochsTest, TheFileIsKafkasAndReadsBack) {
  const LeaderEpochs epochs = three_epochs();
  const std::string text = epochs.encode();
  EXPECT_TRUE(text.starts_with("0\n3\n1 0\n3 10\n4 20")) << text;
  EXPECT_EQ(text.find_first_not_of(" \t", 17), text.size() - 1);  // Kafka reads over the rest
  LeaderEpochs read;
  ASSERT_TRUE(read.decode(epochs.encode()));
  EXPECT_EQ(read.entries(), epochs.entries());
}

TEST(LeaderEpochsTest, EveryFlippedBitIsNoticed) {
  const std::string good = three_epochs().encode();
  for (std::size_t bit = 0; bit < 8 * good.size(); ++bit) {
    std::string bad = good;
    bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ 1 << bit % 8);
    EXPECT_FALSE(LeaderEpochs().decode(bad)) << bad;
  }
  EXPECT_TRUE(LeaderEpochs().decode("0\n1\n1 0\n"));  // Kafka's own has no checksum
}

TEST(LeaderEpochsTest, ADamagedFileIsNone) {
  for (const char* text :
       {"", "0\n", "1\n1\n1 0\n", "0\n2\n1 0\n", "0\n1\n1\n", "0\n2\n3 0\n1 5\n", "0\n1\nx 0\n"}) {
    LeaderEpochs read;
    EXPECT_FALSE(read.decode(text)) << text;
    EXPECT_TRUE(read.entries().empty());
  }
}

}  // namespace
}  // namespace odradek::log
