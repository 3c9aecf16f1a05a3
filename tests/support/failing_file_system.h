// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "log/posix_file_system.h"

#include <optional>
#include <string>

namespace odradek::test {

// The real files, until told to fail: then every write, sync and rename does, or only what concerns
// some names. A write that fails has written a part.
class FailingFileSystem : public log::PosixFileSystem {
 public:
  void fail_from_now_on(Fault fault, std::string suffix = {}) {
    fault_ = fault;
    suffix_ = std::move(suffix);
  }
  void work_again() { fault_.reset(); }

  Result<log::FilePtr> open(const std::string& path, Open how) override {
    if (how == Open::create && fails(path) && fault_ == Fault::no_files) return error("open", path);
    TRY(log::FilePtr file, PosixFileSystem::open(path, how));
    return log::FilePtr(new FailingFile(*this, std::move(file), path));
  }
  Result<> rename(const std::string& from, const std::string& to) override {
    if (fails(to)) return error("rename", from);
    return PosixFileSystem::rename(from, to);
  }

 private:
  class FailingFile : public log::File {
   public:
    FailingFile(FailingFileSystem& owner, log::FilePtr file, std::string path)
        : owner_(owner), file_(std::move(file)), path_(std::move(path)) {}
    Result<std::size_t> read(std::span<std::byte> into, std::int64_t position) override {
      return file_->read(into, position);
    }
    Result<> write(std::span<const Bytes> pieces, std::int64_t position) override {
      if (!owner_.fails(path_)) return file_->write(pieces, position);
      const Bytes half = pieces.front().first(pieces.front().size() / 2);
      (void)file_->write(std::span(&half, 1), position);
      return owner_.error("write", path_);
    }
    Result<> truncate(std::int64_t size) override { return file_->truncate(size); }
    Result<> sync() override {
      if (owner_.fails(path_) && owner_.fault_ == Fault::io) return owner_.error("sync", path_);
      return file_->sync();
    }
    Result<std::int64_t> size() override { return file_->size(); }
    void write_behind(std::int64_t, std::int64_t) override {}
    int descriptor() const override { return file_->descriptor(); }

   private:
    FailingFileSystem& owner_;
    log::FilePtr file_;
    std::string path_;
  };

  bool fails(const std::string& path) const { return fault_ && path.ends_with(suffix_); }
  Error error(const std::string& action, const std::string& path) const {
    return {*fault_, action + " " + path};
  }

  std::optional<Fault> fault_;
  std::string suffix_;
};

}  // namespace odradek::test
