// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "log/posix_file_system.h"

namespace odradek::test {

// The real files, until told to fail: then every write, sync and rename does.
class FailingFileSystem : public log::PosixFileSystem {
 public:
  void fail_from_now_on(Fault fault) { fault_ = fault; }
  void work_again() { fault_.reset(); }

  Result<log::FilePtr> open(const std::string& path, Open how) override {
    TRY(log::FilePtr file, PosixFileSystem::open(path, how));
    return log::FilePtr(new FailingFile(*this, std::move(file)));
  }
  Result<> rename(const std::string& from, const std::string& to) override {
    if (fault_) return Error{*fault_, "rename " + from};
    return PosixFileSystem::rename(from, to);
  }

 private:
  class FailingFile : public log::File {
   public:
    FailingFile(FailingFileSystem& owner, log::FilePtr file)
        : owner_(owner), file_(std::move(file)) {}
    Result<std::size_t> read(std::span<std::byte> into, std::int64_t position) override {
      return file_->read(into, position);
    }
    Result<> write(std::span<const Bytes> pieces, std::int64_t position) override {
      if (owner_.fault_) return Error{*owner_.fault_, "write"};
      return file_->write(pieces, position);
    }
    Result<> truncate(std::int64_t size) override { return file_->truncate(size); }
    Result<> sync() override {
      if (owner_.fault_) return Error{*owner_.fault_, "sync"};
      return file_->sync();
    }
    Result<std::int64_t> size() override { return file_->size(); }
    void write_behind(std::int64_t, std::int64_t) override {}
    int descriptor() const override { return file_->descriptor(); }

   private:
    FailingFileSystem& owner_;
    log::FilePtr file_;
  };

  std::optional<Fault> fault_;
};

}  // namespace odradek::test
