// SPDX-License-Identifier: Apache-2.0
#include "log/data_directory.h"

#include "log/posix_file_system.h"
#include "support/temporary_directory.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace odradek::log {
namespace {

namespace fs = std::filesystem;

class DataDirectoryTest : public testing::Test {
 protected:
  static void prepare_and_sync(DataDirectory& directory, const std::string& folder,
                               const Uuid& topic_id) {
    const auto prepared = directory.prepare(folder, topic_id);
    ASSERT_TRUE(prepared);
    ASSERT_TRUE(prepared->sync());
  }

  test::TemporaryDirectory root_;
  PosixFileSystem files_;
};

TEST_F(DataDirectoryTest, TheSecondUserIsToldWhoHasIt) {
  const auto first = DataDirectory::open(files_, root_ / "data");
  ASSERT_TRUE(first);
  const auto second = DataDirectory::open(files_, root_ / "data");
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().fault, Fault::in_use);
  EXPECT_NE(second.error().context.find(std::to_string(::getpid())), std::string::npos);
}

TEST_F(DataDirectoryTest, CheckpointsSurvive) {
  {
    const auto directory = DataDirectory::open(files_, root_.path());
    prepare_and_sync(**directory, "a.b-c-0", Uuid::random());
    (*directory)->set_recovery_point("a.b-c-0", Offset{7});
    (*directory)->set_log_start_offset("a.b-c-0", Offset{3});
    ASSERT_TRUE((*directory)->write_recovery_points());
    ASSERT_TRUE((*directory)->write_log_start_offsets((*directory)->log_start_offsets()));
  }
  const auto directory = DataDirectory::open(files_, root_.path());
  EXPECT_EQ((*directory)->checkpoint("a.b-c-0").recovery_point, Offset{7});
  EXPECT_EQ((*directory)->checkpoint("a.b-c-0").log_start_offset, Offset{3});
  EXPECT_EQ((*directory)->checkpoint("other-0").recovery_point, Offset{0});
}

TEST_F(DataDirectoryTest, TheCleanMarkCountsOnce) {
  {
    const auto directory = DataDirectory::open(files_, root_.path());
    ASSERT_TRUE((*directory)->write_recovery_points());
    ASSERT_TRUE((*directory)->mark_clean());
  }
  EXPECT_TRUE((*DataDirectory::open(files_, root_.path()))->was_clean());
  EXPECT_FALSE((*DataDirectory::open(files_, root_.path()))->was_clean());
}

TEST_F(DataDirectoryTest, AFolderLeftByAnotherTopicIdIsMovedAside) {
  ASSERT_TRUE((*DataDirectory::open(files_, root_.path()))->prepare("t-0", Uuid::random()));
  std::ofstream(root_ / "t-0/00000000000000000000.log") << "old records";
  const auto directory = DataDirectory::open(files_, root_.path());
  ASSERT_TRUE((*directory)->prepare("t-0", Uuid::random()));
  EXPECT_FALSE(fs::exists(root_ / "t-0/00000000000000000000.log"));
  const auto leftovers = (*directory)->leftovers();
  ASSERT_EQ(leftovers->size(), 1U);
  ASSERT_TRUE((*directory)->remove(leftovers->front()));
  EXPECT_TRUE((*directory)->leftovers()->empty());
}

TEST_F(DataDirectoryTest, ATopicGetsTheFolderOfADeletedOneWhenThatIsGivenUp) {
  const auto directory = DataDirectory::open(files_, root_.path());
  const Uuid old_id = Uuid::random();
  const Uuid new_id = Uuid::random();
  ASSERT_TRUE((*directory)->prepare("t-0", old_id));
  const auto early = (*directory)->prepare("t-0", new_id);
  ASSERT_FALSE(early);
  EXPECT_EQ(early.error().fault, Fault::in_use);
  ASSERT_TRUE((*directory)->prepare("t-0", old_id));
  ASSERT_TRUE((*directory)->set_aside("t-0", old_id));
  ASSERT_TRUE((*directory)->prepare("t-0", new_id));
}

TEST_F(DataDirectoryTest, ANewTopicDoesNotInheritTheStartOfAnOldOneOfItsName) {
  {
    const auto directory = DataDirectory::open(files_, root_.path());
    const Uuid deleted = Uuid::random();
    ASSERT_TRUE((*directory)->prepare("t-0", deleted));
    (*directory)->set_log_start_offset("t-0", Offset{500});
    ASSERT_TRUE((*directory)->write_log_start_offsets((*directory)->log_start_offsets()));
    // The topic is deleted and made again.
    ASSERT_TRUE((*directory)->set_aside("t-0", deleted));
    ASSERT_TRUE((*directory)->prepare("t-0", Uuid::random()));
  }
  EXPECT_EQ((*DataDirectory::open(files_, root_.path()))->checkpoint("t-0").log_start_offset,
            Offset{0});
}

TEST_F(DataDirectoryTest, ALateRemovalLeavesTheFolderOfANewTopicAlone) {
  const auto directory = DataDirectory::open(files_, root_.path());
  const Uuid old_id = Uuid::random();
  ASSERT_TRUE((*directory)->prepare("t-0", old_id));
  ASSERT_TRUE((*directory)->set_aside("t-0", old_id));
  prepare_and_sync(**directory, "t-0", Uuid::random());
  (*directory)->set_recovery_point("t-0", Offset{9});
  const auto aside = (*directory)->set_aside("t-0", old_id);
  ASSERT_TRUE(aside);
  EXPECT_TRUE(aside->empty());
  EXPECT_TRUE(fs::exists(root_ / "t-0"));
  EXPECT_EQ((*directory)->checkpoint("t-0").recovery_point, Offset{9});
}

TEST_F(DataDirectoryTest, AnOlderTextNeverReplacesANewerOne) {
  {
    const auto directory = DataDirectory::open(files_, root_.path());
    (*directory)->set_log_start_offset("t-0", Offset{1});
    const auto older = (*directory)->log_start_offsets();
    (*directory)->set_log_start_offset("t-0", Offset{2});
    ASSERT_TRUE((*directory)->write_log_start_offsets((*directory)->log_start_offsets()));
    ASSERT_TRUE((*directory)->write_log_start_offsets(older));
  }
  EXPECT_EQ((*DataDirectory::open(files_, root_.path()))->checkpoint("t-0").log_start_offset,
            Offset{2});
}

TEST_F(DataDirectoryTest, AFolderWhoseMetadataCannotBeReadIsLeftAlone) {
  const auto directory = DataDirectory::open(files_, root_.path());
  const Uuid id = Uuid::random();
  prepare_and_sync(**directory, "t-0", id);
  std::ofstream(root_ / "t-0/partition.metadata").close();
  const auto prepared = (*directory)->prepare("t-0", id);
  ASSERT_FALSE(prepared);
  EXPECT_EQ(prepared.error().fault, Fault::corrupt);
  EXPECT_TRUE((*directory)->leftovers()->empty());
}

// Of a copy it is not known what was synced, however often it is started, until something is.
TEST_F(DataDirectoryTest, ACopyDoesNotBelieveWhatTheOriginalHadSynced) {
  {
    const auto original = DataDirectory::open(files_, root_ / "original");
    prepare_and_sync(**original, "t-0", Uuid::random());
    (*original)->set_recovery_point("t-0", Offset{7});
    ASSERT_TRUE((*original)->write_recovery_points());
  }
  fs::copy(root_ / "original", root_ / "copy", fs::copy_options::recursive);
  for (int i = 0; i < 2; ++i) {
    const auto copy = DataDirectory::open(files_, root_ / "copy");
    EXPECT_EQ((*copy)->checkpoint("t-0").recovery_point, Offset{0});
    EXPECT_FALSE((*copy)->checkpoint("t-0").knows_all_syncs);
  }
  const auto copy = DataDirectory::open(files_, root_ / "copy");
  EXPECT_TRUE((*copy)->checkpoint("new-0").knows_all_syncs);
  (*copy)->set_recovery_point("t-0", Offset{3});
  EXPECT_TRUE((*copy)->checkpoint("t-0").knows_all_syncs);
}

// A power cut leaves such a one, and nothing was promised of it yet.
TEST_F(DataDirectoryTest, AFolderThatWasNeverSyncedIsMadeOnceMore) {
  const Uuid id = Uuid::random();
  const auto spoil = [this] { std::ofstream(root_ / "t-0/partition.metadata").close(); };
  {
    const auto directory = DataDirectory::open(files_, root_.path());
    ASSERT_TRUE((*directory)->prepare("t-0", id));
    (*directory)->set_recovery_point("t-0", Offset{0});
    ASSERT_TRUE((*directory)->write_recovery_points());
  }
  spoil();
  {
    const auto directory = DataDirectory::open(files_, root_.path());
    const auto prepared = (*directory)->prepare("t-0", id);
    ASSERT_TRUE(prepared) << prepared.error().context;
    ASSERT_TRUE(prepared->sync);
    ASSERT_TRUE(prepared->sync());
    EXPECT_FALSE((*directory)->prepare("t-0", id)->sync);
    (*directory)->set_recovery_point("t-0", Offset{0});
    ASSERT_TRUE((*directory)->write_recovery_points());
  }
  spoil();
  const auto directory = DataDirectory::open(files_, root_.path());
  EXPECT_FALSE((*directory)->prepare("t-0", id));
}

TEST_F(DataDirectoryTest, AFolderThatAnEarlierProcessDidNotSyncIsSyncedByThisOne) {
  const Uuid id = Uuid::random();
  ASSERT_TRUE((*DataDirectory::open(files_, root_.path()))->prepare("t-0", id));
  EXPECT_TRUE((*DataDirectory::open(files_, root_.path()))->prepare("t-0", id)->sync);
}

TEST_F(DataDirectoryTest, AFolderThatIsSetAsideBeforeItWasSyncedIsNotMissed) {
  const Uuid id = Uuid::random();
  const auto directory = DataDirectory::open(files_, root_.path());
  const auto prepared = (*directory)->prepare("t-0", id);
  ASSERT_TRUE((*directory)->set_aside("t-0", id));
  EXPECT_TRUE(prepared->sync());
  EXPECT_TRUE((*directory)->prepare("t-0", Uuid::random())->sync);
}

TEST_F(DataDirectoryTest, TheLongestTopicNameCanBeMovedAside) {
  const auto directory = DataDirectory::open(files_, root_.path());
  const std::string folder = DataDirectory::folder(std::string(249, 'x'), PartitionId{12});
  const Uuid id = Uuid::random();
  ASSERT_TRUE((*directory)->prepare(folder, id));
  const auto aside = (*directory)->set_aside(folder, id);
  ASSERT_TRUE(aside);
  EXPECT_LE(aside->size(), 255U);
}

}  // namespace
}  // namespace odradek::log
