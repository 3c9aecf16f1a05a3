// SPDX-License-Identifier: Apache-2.0
#include "log/page_cache_budget.h"

#include "log/posix_file_system.h"
#include "support/temporary_directory.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/magic.h>
#include <sys/mman.h>
#include <sys/vfs.h>

#include <algorithm>
#include <string>
#include <vector>

namespace odradek::log {
namespace {

constexpr std::int64_t range = 1 << 20;
constexpr std::size_t page = 4096;

// Files of ranges that are on the disk and in the page cache, until they are dropped from it.
class PageCacheBudgetTest : public testing::Test {
 protected:
  void SetUp() override {
    struct statfs status {};
    ASSERT_EQ(::statfs(directory_.path().c_str(), &status), 0);
    if (status.f_type == TMPFS_MAGIC) GTEST_SKIP() << "temporary files are pages of the cache here";
  }

  FilePtr file(const std::string& name) {
    return *files_.open(directory_ / name, FileSystem::Open::create);
  }
  void append(File& file) {
    const Buffer content(range, std::byte{'x'});
    const Bytes pieces[] = {Bytes(content)};
    const std::int64_t begin = *file.size();
    ASSERT_TRUE(file.write(pieces, begin));
    ASSERT_TRUE(file.sync());
    file.write_behind(begin, begin + range);
  }
  // Of each range, whether any of it is cached.
  static std::string cached(File& file) {
    const auto size = static_cast<std::size_t>(*file.size());
    void* const mapped = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, file.descriptor(), 0);
    std::vector<unsigned char> pages(size / page);
    EXPECT_EQ(::mincore(mapped, size, pages.data()), 0);
    ::munmap(mapped, size);
    std::string found;
    constexpr auto step = static_cast<std::ptrdiff_t>(range / page);
    for (auto at = pages.begin(); at != pages.end(); at += step) {
      found += std::any_of(at, at + step, [](auto each) { return (each & 1) != 0; }) ? '+' : '-';
    }
    return found;
  }

  test::TemporaryDirectory directory_;
  PosixFileSystem files_{{}, 3 * range};
};

TEST_F(PageCacheBudgetTest, TheOldestRangesOfAllFilesAreDropped) {
  const FilePtr a = file("a");
  const FilePtr b = file("b");
  append(*a);
  append(*b);
  append(*a);
  EXPECT_EQ(cached(*a) + cached(*b), "+++");
  append(*b);
  EXPECT_EQ(cached(*a), "-+");
  EXPECT_EQ(cached(*b), "++");
  append(*a);
  append(*a);
  EXPECT_EQ(cached(*a), "--++");
  EXPECT_EQ(cached(*b), "-+");
}

TEST_F(PageCacheBudgetTest, FilesAreNotKeptOpen) {
  FilePtr a = file("a");
  append(*a);
  const int descriptor = a->descriptor();
  a.reset();
  EXPECT_EQ(::fcntl(descriptor, F_GETFD), -1);
  const FilePtr b = file("b");
  for (int i = 0; i < 4; ++i) append(*b);
  EXPECT_EQ(cached(*b), "-+++");
}

}  // namespace
}  // namespace odradek::log
