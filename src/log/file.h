// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.h"
#include "base/ids.h"
#include "base/result.h"
#include "base/slice.h"

#include <boost/smart_ptr/intrusive_ptr.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// All access to the disk. The real one is in posix_file_system.h; tests put in one that loses what
// was not synced, tears writes and runs out of space.
namespace odradek::log {

// An open file. A failed sync is final for it, and a failed write too, but for one that found no
// space: what is on the disk is then unknown, and whoever owns the file stops using it. Not
// synchronised: one thread at a time writes, and sync() may run beside that on another.
class File : public Keeper {
 public:
  // Reads until `into` is full or the file ends; returns how much it read.
  virtual Result<std::size_t> read(std::span<std::byte> into, std::int64_t position) = 0;
  // Writes all the pieces, one behind the other, from `position` on.
  virtual Result<> write(std::span<const Bytes> pieces, std::int64_t position) = 0;
  virtual Result<> truncate(std::int64_t size) = 0;
  // Returns when data and size are on the disk (fdatasync); of a directory, when its names are.
  virtual Result<> sync() = 0;
  virtual Result<std::int64_t> size() = 0;
  // Starts writing a range to the disk, without waiting for it.
  virtual void write_behind(std::int64_t begin, std::int64_t end) = 0;
  // For sendfile; -1 where there is none.
  virtual int descriptor() const = 0;
};
using FilePtr = boost::intrusive_ptr<File>;

// What is read or written in the background goes to the kernel in pieces of so many bytes: many
// kernels let nobody else onto a core in the middle of a call, and copying a megabyte would keep an
// event loop waiting for a millisecond.
inline constexpr std::size_t background_piece = 64 << 10;

// Thread-safe. Paths are absolute or relative to the process. Names a caller relies on after a
// power cut need sync_directory(), which the *_atomically functions do themselves.
class FileSystem {
 public:
  virtual ~FileSystem() = default;

  enum class Open { existing, create, read_only, directory };
  virtual Result<FilePtr> open(const std::string& path, Open how) = 0;
  // Locks a file, made where it is missing, for as long as it is open here; Fault::in_use where
  // another process has it. What stands in it is for the holder to write.
  virtual Result<FilePtr> lock(const std::string& path) = 0;
  virtual Result<> create_directories(const std::string& path) = 0;
  virtual Result<std::vector<std::string>> list(const std::string& directory) = 0;  // sorted
  virtual Result<> rename(const std::string& from, const std::string& to) = 0;
  virtual Result<> remove(const std::string& path) = 0;
  virtual Result<> remove_all(const std::string& directory) = 0;
  virtual Result<> sync_directory(const std::string& path) = 0;
  // All that was ever written below a directory, by whomever, and all names there.
  virtual Result<> sync_all(const std::string& directory) = 0;
  virtual bool exists(const std::string& path) = 0;
  // When a file was written to last.
  virtual Result<Timestamp> modified(const std::string& path) = 0;
  virtual Result<> set_modified(const std::string& path, Timestamp time) = 0;
  // A number that a copy of a directory does not have (its inode).
  virtual Result<std::int64_t> identity(const std::string& directory) = 0;
  // Of the file system that has this path, in bytes.
  struct Space {
    std::int64_t free = 0;
    std::int64_t total = 0;
  };
  virtual Result<Space> space(const std::string& path) = 0;

  // The whole file; Fault::not_found where there is none, Fault::too_large above `limit` bytes.
  Result<Buffer> read_file(const std::string& path, std::size_t limit = std::size_t{64} << 20);
  // A directory, and those above it where they are missing, that are there after a crash.
  Result<> create_directory_durably(const std::string& path);
  // Either the old or the new content is there after a crash, and the new one once this returned.
  Result<> write_file_atomically(const std::string& path, Bytes content);
  // The same against a crash of the process only, for files that can be rebuilt; to be synced by
  // whom it is given to.
  Result<FilePtr> write_cache_file(const std::string& path, Bytes content);
};

// The part of a path before its last '/'.
std::string parent_of(const std::string& path);

}  // namespace odradek::log
