// SPDX-License-Identifier: Apache-2.0
#include "meta/catalogue.h"

#include "log/posix_file_system.h"
#include "support/failing_file_system.h"
#include "support/temporary_directory.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace odradek::meta {
namespace {

namespace fs = std::filesystem;

TopicRecord a_topic(const std::string& name, int partitions = 1) {
  const PartitionRecord one{.replicas = {NodeId{1}}, .leader = NodeId{1}, .leader_epoch = {0}};
  return {Uuid::random(),
          name,
          std::vector<PartitionRecord>(static_cast<std::size_t>(partitions), one),
          {{"retention.ms", "1"}}};
}

class CatalogueTest : public testing::Test {
 protected:
  void SetUp() override { open(); }
  void open() {
    catalogue_.reset();
    view_ = {};
    auto opened = Catalogue::open(files_, path(), "a-cluster-of-22-chars.", view_);
    ASSERT_TRUE(opened) << opened.error().context;
    catalogue_ = std::move(*opened);
  }
  std::string path() const { return directory_ / "catalogue.log"; }

  test::TemporaryDirectory directory_;
  test::FailingFileSystem files_;
  CatalogueView view_;
  std::unique_ptr<Catalogue> catalogue_;
};

TEST_F(CatalogueTest, KeepsEverythingOverARestart) {
  const TopicRecord topic = a_topic("orders", 3);
  ASSERT_TRUE(catalogue_->commit({topic, ProducerIdsRecord{ProducerId{1000}}}, view_));
  ASSERT_TRUE(catalogue_->commit(
      {ConfigRecord{wire::ConfigResourceType::topic, "orders", "segment.ms", "5"},
       ConfigRecord{wire::ConfigResourceType::broker, "", "message.max.bytes", "9"},
       PartitionsAddedRecord{topic.id, {topic.partitions[0]}}},
      view_));
  const std::int64_t version = view_.version();
  open();
  const auto& view = view_;
  EXPECT_EQ(view.version(), version);
  EXPECT_EQ(view.cluster_id(), "a-cluster-of-22-chars.");
  EXPECT_EQ(view.next_producer_id(), ProducerId{1000});
  const TopicPtr found = view.find("orders");
  ASSERT_TRUE(found);
  EXPECT_EQ(view.find(topic.id), found);
  EXPECT_EQ(found->partitions.size(), 4U);
  EXPECT_EQ(found->configs.at("segment.ms"), "5");
  EXPECT_EQ(view.broker_configs("").at("message.max.bytes"), "9");
}

TEST_F(CatalogueTest, ACommitAtAnOldVersionIsAConflictAndChangesNothing) {
  const std::int64_t seen = view_.version();
  ASSERT_TRUE(catalogue_->commit({a_topic("a")}, view_));
  const auto late = catalogue_->append(seen, {a_topic("b")});
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().fault, Fault::conflict);
  open();
  EXPECT_FALSE(view_.find("b"));
}

TEST_F(CatalogueTest, AStartRaisesTheEpochOfEveryPartitionTheNodeLeads) {
  TopicRecord topic = a_topic("a", 2);
  topic.partitions[1].leader = NodeId{2};
  ASSERT_TRUE(catalogue_->commit({topic}, view_));
  ASSERT_TRUE(catalogue_->commit({NodeStartedRecord{NodeId{1}}}, view_));
  const TopicPtr found = view_.find("a");
  EXPECT_EQ(found->partitions[0].leader_epoch, LeaderEpoch{1});
  EXPECT_EQ(found->partitions[1].leader_epoch, LeaderEpoch{0});
}

TEST_F(CatalogueTest, ATornCommitIsCutAtEveryByte) {
  ASSERT_TRUE(catalogue_->commit({a_topic("kept")}, view_));
  const auto whole = fs::file_size(path());
  ASSERT_TRUE(catalogue_->commit({a_topic("torn")}, view_));
  const auto full = fs::file_size(path());
  std::ifstream file(path(), std::ios::binary);
  const std::string content((std::istreambuf_iterator<char>(file)), {});
  for (auto size = whole; size < full; ++size) {
    std::ofstream(path(), std::ios::binary)
        .write(content.data(), static_cast<std::streamsize>(size));
    open();
    ASSERT_TRUE(view_.find("kept")) << size;
    ASSERT_FALSE(view_.find("torn")) << size;
  }
}

TEST_F(CatalogueTest, DamageBeforeLaterCommitsIsAnErrorAndNothingIsCut) {
  ASSERT_TRUE(catalogue_->commit({a_topic("first")}, view_));
  const auto middle = static_cast<std::streamoff>(fs::file_size(path())) - 10;
  ASSERT_TRUE(catalogue_->commit({a_topic("second")}, view_));
  catalogue_.reset();
  const auto size = fs::file_size(path());
  std::fstream(path(), std::ios::in | std::ios::out).seekp(middle).put('!');
  const auto opened = Catalogue::open(files_, path(), "x", view_);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().fault, Fault::corrupt);
  EXPECT_EQ(fs::file_size(path()), size);
}

TEST_F(CatalogueTest, ANewerFormatIsRefusedAndLeftAlone) {
  catalogue_.reset();
  std::fstream(path(), std::ios::in | std::ios::out).seekp(11).put(9);
  const auto before = fs::last_write_time(path());
  const auto probed = CatalogueLog::probe(files_, path());
  ASSERT_FALSE(probed);
  EXPECT_NE(probed.error().context.find("format 9"), std::string::npos);
  EXPECT_EQ(fs::last_write_time(path()), before);
}

TEST_F(CatalogueTest, SomethingElseInItsPlaceIsRefused) {
  catalogue_.reset();
  std::ofstream(path()) << "this is a letter to a friend";
  EXPECT_FALSE(CatalogueLog::probe(files_, path()));
  EXPECT_FALSE(Catalogue::open(files_, path(), "x", view_));
}

TEST_F(CatalogueTest, ASnapshotSaysTheSameInFewerBytes) {
  for (int i = 0; i < 3000; ++i) {
    const TopicRecord topic = a_topic("topic-" + std::to_string(i), 30);
    ASSERT_TRUE(catalogue_->append(view_.version(), {topic}));
    view_.apply(catalogue_->version(), {topic});
    if (i % 10 == 0) continue;
    ASSERT_TRUE(catalogue_->commit({TopicRemovedRecord{topic.id}}, view_));
  }
  const auto before = fs::file_size(path());
  ASSERT_GT(before, 1U << 20);
  ASSERT_TRUE(catalogue_->compact_if_large(view_));
  EXPECT_LT(fs::file_size(path()), before / 5);
  const std::int64_t version = view_.version();
  ASSERT_TRUE(catalogue_->commit({a_topic("later")}, view_));
  open();
  EXPECT_EQ(view_.version(), version + 1);
  EXPECT_EQ(view_.topics().size(), 301U);
}

TEST_F(CatalogueTest, AfterAFailedWriteNothingMoreIsTaken) {
  files_.fail_from_now_on(Fault::io);
  EXPECT_FALSE(catalogue_->commit({a_topic("a")}, view_));
  files_.work_again();
  EXPECT_FALSE(catalogue_->commit({a_topic("b")}, view_));
  open();
  EXPECT_TRUE(catalogue_->commit({a_topic("b")}, view_));
}

TEST_F(CatalogueTest, GoesOnWhenThereIsSpaceAgain) {
  files_.fail_from_now_on(Fault::no_space);
  EXPECT_FALSE(catalogue_->commit({a_topic("a")}, view_));
  files_.work_again();
  EXPECT_TRUE(catalogue_->commit({a_topic("b")}, view_));
  open();
  EXPECT_EQ(view_.topics().size(), 1U);
}

}  // namespace
}  // namespace odradek::meta
