// SPDX-License-Identifier: Apache-2.0
#include "log/journal.h"

#include "log/posix_file_system.h"
#include "support/batches.h"
#include "support/temporary_directory.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace odradek::log {
namespace {

namespace fs = std::filesystem;

// Segments that are written and not synced, and what of them comes back from the journal after a
// crash that took all their bytes.
class JournalTest : public testing::Test {
 protected:
  struct Segment {
    std::string folder;
    FilePtr file;
    std::string content;
  };

  Segment& segment(const std::string& folder) {
    Segment& made = segments_[folder];
    if (made.file) return made;
    fs::create_directory(directory_ / folder);
    made.folder = folder;
    made.file = *files_.open(path_of(folder), FileSystem::Open::create);
    return made;
  }
  std::string path_of(const std::string& folder) const {
    return directory_ / (folder + "/00000000000000000000.log");
  }
  Unsynced append(const std::string& folder, const std::string& text) {
    Segment& to = segment(folder);
    const auto begin = static_cast<std::int64_t>(to.content.size());
    to.content += text;
    const Bytes pieces[] = {as_bytes(text)};
    EXPECT_TRUE(to.file->write(pieces, begin));
    return {folder, id_, Offset{0}, to.file, begin, static_cast<std::int64_t>(to.content.size())};
  }
  bool write(const std::vector<Unsynced>& all) {
    const auto written = journal_->write(all);
    EXPECT_TRUE(written) << written.error().context;
    return written && *written;
  }
  void release() {
    const auto task = journal_->take_release();
    ASSERT_TRUE(task);
    EXPECT_TRUE((*task)());
  }
  // The power is cut: nothing of the segments was on the disk.
  void lose_segments() {
    for (const auto& [folder, segment] : segments_) fs::resize_file(path_of(folder), 0);
  }
  Journal::Replayed replay() {
    auto replayed = Journal::replay(
        files_, directory_.path(),
        [&](std::string_view, const Uuid& id) -> Result<bool> { return id == id_; });
    EXPECT_TRUE(replayed) << replayed.error().context;
    return *replayed;
  }
  std::string content_of(const std::string& folder) {
    const Buffer content = *files_.read_file(path_of(folder));
    return std::string(as_text(content));
  }
  void start(std::int64_t half_size = 4096) {
    journal_.emplace(files_, directory_ / "journal-1", ++session_, half_size);
  }

  test::TemporaryDirectory directory_;
  PosixFileSystem files_;
  Uuid id_ = Uuid::random();
  std::uint64_t session_ = 0;
  std::map<std::string, Segment> segments_;
  std::optional<Journal> journal_;
};

TEST_F(JournalTest, BringsBackWhatIsInIt) {
  start();
  EXPECT_TRUE(write({append("a-0", "one"), append("b-1", "two")}));
  EXPECT_TRUE(write({append("a-0", " and more")}));
  append("a-0", " that nobody asked for");
  lose_segments();
  EXPECT_EQ(replay().records, 3);
  EXPECT_EQ(content_of("a-0"), "one and more");
  EXPECT_EQ(content_of("b-1"), "two");
  // Once: what is cut off or written anew afterwards is not touched again.
  lose_segments();
  EXPECT_EQ(replay().records, 0);
  EXPECT_EQ(content_of("a-0"), "");
}

// A segment that others follow: torn by a power cut, or compacted since, up to each of its batches.
TEST_F(JournalTest, WhatWasCompactedIsNotUndone) {
  std::vector<std::string> batches;
  for (std::int64_t i = 0; i < 5; ++i) {
    const Buffer bytes = test::a_batch({.base_offset = {i}, .value_size = 20});
    batches.emplace_back(as_text(bytes));
  }
  const auto all_but = [&](std::size_t gone) {
    std::string left;
    for (std::size_t i = 0; i < batches.size(); ++i) left += i == gone ? "" : batches[i];
    return left;
  };
  const std::size_t none = batches.size();
  for (std::size_t gone = 0; gone + 1 < batches.size(); ++gone) {
    for (const bool is_compacted : {false, true}) {
      start();
      segments_.clear();
      const std::string folder = "a-" + std::to_string(2 * gone + (is_compacted ? 1 : 0));
      EXPECT_TRUE(write({append(folder, batches[0] + batches[1])}));
      EXPECT_TRUE(write({append(folder, batches[2])}));
      EXPECT_TRUE(write({append(folder, batches[3] + batches[4])}));
      ASSERT_TRUE(files_.open(directory_ / (folder + "/00000000000000000005.log"),
                              FileSystem::Open::create));
      std::string content = all_but(none);
      if (is_compacted) {
        content = all_but(gone);
      } else {
        content.replace(gone * batches[0].size(), batches[0].size(), batches[0].size(), '\0');
      }
      const Bytes pieces[] = {as_bytes(content)};
      ASSERT_TRUE(segments_[folder].file->write(pieces, 0));
      ASSERT_TRUE(segments_[folder].file->truncate(static_cast<std::int64_t>(content.size())));
      (void)replay();
      EXPECT_EQ(content_of(folder), all_but(is_compacted ? gone : none)) << gone;
    }
  }
}

// The time until when it stays may take more bytes than what stood there before.
TEST_F(JournalTest, ABatchThatGrewInCompactionStays) {
  const auto batch = [](std::int64_t base, std::size_t size) {
    const Buffer bytes = test::a_batch({.base_offset = {base}, .value_size = size});
    return std::string(as_text(bytes));
  };
  for (const std::int64_t grown : {0, 1, 2}) {
    start();
    segments_.clear();
    const std::string folder = "a-" + std::to_string(grown);
    std::string content;
    for (std::int64_t i = 0; i < 3; ++i) {
      EXPECT_TRUE(write({append(folder, batch(i, 20))}));
      content += batch(i, i == grown ? 21 : 20);
    }
    ASSERT_TRUE(
        files_.open(directory_ / (folder + "/00000000000000000003.log"), FileSystem::Open::create));
    const Bytes pieces[] = {as_bytes(content)};
    ASSERT_TRUE(segments_[folder].file->write(pieces, 0));
    (void)replay();
    EXPECT_EQ(content_of(folder), content) << grown;
  }
}

TEST_F(JournalTest, TakesTurns) {
  start();
  for (int i = 0; i < 200; ++i) {
    ASSERT_TRUE(write({append("a-0", "record " + std::to_string(i) + ";")}));
    if (auto task = journal_->take_release()) {
      // What was in the other half is on the disk from here on.
      EXPECT_TRUE((*task)());
    }
  }
  EXPECT_GT(replay().records, 30);
  EXPECT_EQ(content_of("a-0"), segments_["a-0"].content);
}

TEST_F(JournalTest, WhatAnEarlierOneWroteIsNotTakenForItsOwn) {
  start();
  EXPECT_TRUE(write({append("a-0", "12345")}));
  EXPECT_TRUE(write({append("a-0", "old")}));
  (void)replay();
  lose_segments();
  segments_["a-0"].content.clear();
  start();
  EXPECT_TRUE(write({append("a-0", "abcde")}));  // as long as the first one before
  EXPECT_EQ(replay().records, 1);
  EXPECT_EQ(content_of("a-0"), "abcde");
}

TEST_F(JournalTest, HasNoRoomBeforeTheOtherHalfIsReleased) {
  start(1000);
  const std::string text(400, 'x');
  EXPECT_FALSE(write({append("a-0", std::string(2000, 'x'))}));
  EXPECT_TRUE(write({append("a-0", text)}));
  EXPECT_TRUE(write({append("a-0", text)}));
  EXPECT_TRUE(write({append("b-0", text)}));  // into the other half
  EXPECT_TRUE(write({append("b-0", text)}));
  EXPECT_FALSE(write({append("b-0", text)}));
  release();
  EXPECT_TRUE(write({append("b-0", text)}));
}

TEST_F(JournalTest, WhatIsTornIsNotBroughtBack) {
  start();
  EXPECT_TRUE(write({append("a-0", "whole"), append("b-0", "torn")}));
  const std::string half = directory_ / "journal-1.0";
  const Buffer content = *files_.read_file(half);
  constexpr std::size_t first = 54 + 3 + 5;  // its header, "a-0" and "whole"
  for (std::size_t at = first; at < first + 54 + 3 + 4; ++at) {
    Buffer torn = content;
    torn[at] ^= std::byte{1};
    ASSERT_TRUE(files_.write_cache_file(half, torn));
    lose_segments();
    EXPECT_EQ(replay().records, 1) << at;
    EXPECT_EQ(content_of("a-0"), "whole");
    EXPECT_EQ(content_of("b-0"), "");
  }
}

TEST_F(JournalTest, FilesOfOthersAndFilesThatAreGoneAreLeftAlone) {
  start();
  Unsynced foreign = append("a-0", "another topic's");
  foreign.topic_id = Uuid::random();
  EXPECT_TRUE(write({foreign, append("b-0", "removed"), append("c-0", "kept")}));
  lose_segments();
  fs::remove(path_of("b-0"));
  EXPECT_EQ(replay().records, 1);
  EXPECT_EQ(content_of("a-0"), "");
  EXPECT_FALSE(fs::exists(path_of("b-0")));
  EXPECT_EQ(content_of("c-0"), "kept");
}

}  // namespace
}  // namespace odradek::log
