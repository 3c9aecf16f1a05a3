// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.h"
#include "log/file.h"

#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace odradek::test {

// A disk in memory that loses power.
//
// What is written is there for everybody at once, but outlives a power cut only where it was
// synced. Of the rest, any page may have reached the disk, in whatever order: pages in between are
// then zero. Changes of names come to the disk in their order, but for those in directories that
// were synced, which have come.
//
// Every call that changes something is a step. The disk may be told to fail at a step: from there
// on the power is off, and every call fails; or one call alone fails, with an error of its own. One
// thread.
class SimulatedDisk : public log::FileSystem {
 public:
  static constexpr std::size_t page_size = 4096;

  // Steps so far; the power goes off in the middle of step `at`: done, or not, for all that is
  // known.
  std::int64_t steps() const { return steps_; }
  void cut_power_at(std::int64_t at) { cut_at_ = at; }
  bool is_off() const { return steps_ >= cut_at_; }
  // Asked before each step; what it gives is the step's outcome.
  using Faults = std::function<Result<>(const std::string& action, const std::string& path)>;
  void set_faults(Faults faults) { faults_ = std::move(faults); }
  void set_space(std::int64_t total) { space_ = total; }

  // How many pages and changes of names a power cut now decides about.
  struct Undecided {
    std::size_t pages = 0;
    std::size_t names = 0;
  };
  Undecided undecided() const;

  // What a power cut leaves. Bit i of `pages` says whether undecided page i has come to the disk,
  // the first `names` changes of names have.
  std::unique_ptr<SimulatedDisk> after_power_cut(const std::vector<bool>& pages,
                                                 std::size_t names) const;
  // The same by chance.
  std::unique_ptr<SimulatedDisk> after_power_cut(std::mt19937_64& random) const;
  // After the end of the process alone: what was not synced still is not.
  std::unique_ptr<SimulatedDisk> after_kill() const;

  Result<log::FilePtr> open(const std::string& path, Open how) override;
  Result<log::FilePtr> lock(const std::string& path) override;
  Result<> create_directories(const std::string& path) override;
  Result<std::vector<std::string>> list(const std::string& directory) override;
  Result<> rename(const std::string& from, const std::string& to) override;
  Result<> remove(const std::string& path) override;
  Result<> remove_all(const std::string& directory) override;
  Result<> sync_directory(const std::string& path) override;
  Result<> sync_all(const std::string& directory) override;
  bool exists(const std::string& path) override;
  Result<Timestamp> modified(const std::string& path) override;
  Result<> set_modified(const std::string& path, Timestamp time) override;
  Result<std::int64_t> identity(const std::string&) override { return 1; }
  Result<Space> space(const std::string& path) override;

  // For tests that damage files themselves.
  Buffer* content(const std::string& path);

 private:
  struct Inode {
    Buffer now;
    Buffer durable;
    std::set<std::size_t> dirty;  // pages
    Timestamp modified = Clock::wall_time();

    void sync() {
      durable = now;
      dirty.clear();
    }
  };
  using InodePtr = std::shared_ptr<Inode>;  // null for a directory
  using Names = std::map<std::string, InodePtr, std::less<>>;
  // One change of a directory: the name is of that file from now on, or of none.
  struct NameChange {
    std::string directory;
    std::vector<std::pair<std::string, std::optional<InodePtr>>> names;
  };
  class SimulatedFile;
  class SimulatedDirectory;

  Result<> step(const std::string& action, const std::string& path);
  Result<> take_space(std::int64_t bytes);
  void change(NameChange change);
  static void apply(const NameChange& change, Names& names);
  std::vector<InodePtr> dirty_inodes() const;

  Names names_;
  Names durable_names_;
  std::vector<NameChange> changes_;  // not synced
  std::int64_t steps_ = 0;
  std::int64_t cut_at_ = std::numeric_limits<std::int64_t>::max();
  Faults faults_;
  std::int64_t space_ = std::int64_t{1} << 40;
  std::int64_t used_ = 0;
};

}  // namespace odradek::test
