// SPDX-License-Identifier: Apache-2.0
#include "log/posix_file_system.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <system_error>

namespace odradek::log {

class PosixFile : public File {
 public:
  enum class Kind { data, directory };
  PosixFile(PosixFileSystem& owner, int descriptor, std::string path, Kind kind)
      : owner_(owner),
        open_(std::make_shared<OpenFile>(descriptor)),
        path_(std::move(path)),
        kind_(kind) {}

  Result<std::size_t> read(std::span<std::byte> into, std::int64_t position) override {
    std::size_t done = 0;
    while (done < into.size()) {
      const ssize_t got = ::pread(descriptor(), into.data() + done, into.size() - done,
                                  position + static_cast<std::int64_t>(done));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return system_error("read", path_, errno);
      if (got == 0) break;
      done += static_cast<std::size_t>(got);
    }
    return done;
  }

  Result<> write(std::span<const Bytes> pieces, std::int64_t position) override {
    std::array<iovec, 64> vectors;
    while (!pieces.empty()) {
      const std::size_t count = std::min(pieces.size(), vectors.size());
      for (std::size_t i = 0; i < count; ++i) {
        vectors[i] = {const_cast<std::byte*>(pieces[i].data()), pieces[i].size()};
      }
      TRY(position, write_vectors(std::span(vectors).first(count), position));
      pieces = pieces.subspan(count);
    }
    return {};
  }

  Result<> truncate(std::int64_t size) override {
    if (::ftruncate(descriptor(), size) != 0) return owner_.failed("truncate", path_, errno);
    return {};
  }
  Result<> sync() override {
    const int failed = kind_ == Kind::data ? ::fdatasync(descriptor()) : ::fsync(descriptor());
    if (failed == 0) return {};
    // Whatever the reason: pages that could not be written are taken for clean from now on.
    return owner_.failed("sync", path_, errno == ENOSPC || errno == EDQUOT ? EIO : errno);
  }
  Result<std::int64_t> size() override {
    struct stat status {};
    if (::fstat(descriptor(), &status) != 0) return system_error("stat", path_, errno);
    return status.st_size;
  }
  void write_behind(std::int64_t begin, std::int64_t end) override {
    ::sync_file_range(descriptor(), begin, end - begin, SYNC_FILE_RANGE_WRITE);
    owner_.page_cache_.wrote_behind(open_, begin, end);
  }
  int descriptor() const override { return open_->descriptor(); }

 private:
  // Returns the position behind what it wrote: all of it, whatever the kernel took at a time.
  Result<std::int64_t> write_vectors(std::span<iovec> vectors, std::int64_t position) {
    while (!vectors.empty()) {
      ssize_t wrote =
          ::pwritev(descriptor(), vectors.data(), static_cast<int>(vectors.size()), position);
      if (wrote < 0 && errno == EINTR) continue;
      if (wrote < 0) return owner_.failed("write", path_, errno);
      position += wrote;
      while (!vectors.empty() && static_cast<std::size_t>(wrote) >= vectors.front().iov_len) {
        wrote -= static_cast<ssize_t>(vectors.front().iov_len);
        vectors = vectors.subspan(1);
      }
      if (wrote > 0) {
        vectors.front().iov_base = static_cast<std::byte*>(vectors.front().iov_base) + wrote;
        vectors.front().iov_len -= static_cast<std::size_t>(wrote);
      }
    }
    return position;
  }

  PosixFileSystem& owner_;  // outlives its files
  std::shared_ptr<OpenFile> open_;
  std::string path_;
  Kind kind_;
};

namespace {

constexpr mode_t file_mode = 0644;

int flags_of(FileSystem::Open how) {
  switch (how) {
    case FileSystem::Open::existing:
      return O_RDWR;
    case FileSystem::Open::create:
      return O_RDWR | O_CREAT;
    case FileSystem::Open::read_only:
      return O_RDONLY;
    case FileSystem::Open::directory:
      return O_RDONLY | O_DIRECTORY;
  }
  return O_RDONLY;
}

// What says of the file, and not of the disk, that it cannot be opened, renamed or removed.
bool is_about_names(int error_number) {
  switch (error_number) {
    case ENOENT:
    case ENOTDIR:
    case EISDIR:
    case EACCES:
    case EPERM:
    case ENAMETOOLONG:
    case ENOTEMPTY:
      return true;
    default:
      return false;
  }
}

}  // namespace

Error system_error(std::string_view action, std::string_view path, int error_number) {
  Fault fault = Fault::io;
  if (error_number == ENOSPC || error_number == EDQUOT) fault = Fault::no_space;
  if (error_number == EMFILE || error_number == ENFILE) fault = Fault::no_files;
  if (error_number == ENOENT) fault = Fault::not_found;
  std::string reason = std::generic_category().message(error_number);
  if (!reason.empty()) reason.front() = static_cast<char>(std::tolower(reason.front()));
  return {fault, std::string(action) + " " + std::string(path) + ": " + reason};
}

Error PosixFileSystem::failed(std::string_view action, std::string_view path,
                              int error_number) const {
  Error error = system_error(action, path, error_number);
  const bool is_final = !error.is_shortage() && !is_about_names(error_number);
  if (is_final && on_final_failure_) on_final_failure_(error);
  return error;
}

Result<FilePtr> PosixFileSystem::open(const std::string& path, Open how) {
  const int descriptor = ::open(path.c_str(), O_CLOEXEC | flags_of(how), file_mode);
  if (descriptor < 0 && how == Open::create) return failed("open", path, errno);
  if (descriptor < 0) return system_error("open", path, errno);
  const auto kind = how == Open::directory ? PosixFile::Kind::directory : PosixFile::Kind::data;
  return FilePtr(new PosixFile(*this, descriptor, path, kind));
}

Result<FilePtr> PosixFileSystem::lock(const std::string& path) {
  TRY(FilePtr file, open(path, Open::create));
  if (::flock(file->descriptor(), LOCK_EX | LOCK_NB) == 0) return file;
  if (errno != EWOULDBLOCK) return system_error("lock", path, errno);
  return Error{Fault::in_use, path + " is locked"};
}

Result<> PosixFileSystem::create_directories(const std::string& path) {
  std::error_code failed;
  std::filesystem::create_directories(path, failed);
  if (failed) return this->failed("create", path, failed.value());
  return {};
}

Result<std::vector<std::string>> PosixFileSystem::list(const std::string& directory) {
  const std::unique_ptr<DIR, int (*)(DIR*)> entries(::opendir(directory.c_str()), ::closedir);
  if (!entries) return system_error("list", directory, errno);
  std::vector<std::string> names;
  while (const dirent* entry = ::readdir(entries.get())) {
    std::string name = entry->d_name;
    if (name != "." && name != "..") names.push_back(std::move(name));
  }
  std::sort(names.begin(), names.end());
  return names;
}

Result<> PosixFileSystem::rename(const std::string& from, const std::string& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) return failed("rename", from, errno);
  return {};
}

Result<> PosixFileSystem::remove(const std::string& path) {
  if (::unlink(path.c_str()) != 0) return failed("remove", path, errno);
  return {};
}

Result<> PosixFileSystem::remove_all(const std::string& directory) {
  std::error_code failed;
  std::filesystem::remove_all(directory, failed);
  if (failed) return this->failed("remove", directory, failed.value());
  return {};
}

Result<> PosixFileSystem::sync_directory(const std::string& path) {
  TRY(const FilePtr directory, open(path, Open::directory));
  return directory->sync();
}

Result<> PosixFileSystem::sync_all(const std::string& path) {
  TRY(const FilePtr directory, open(path, Open::directory));
  if (::syncfs(directory->descriptor()) != 0) return failed("sync", path, errno);
  return {};
}

bool PosixFileSystem::exists(const std::string& path) { return ::access(path.c_str(), F_OK) == 0; }

Result<std::int64_t> PosixFileSystem::identity(const std::string& directory) {
  struct stat status {};
  if (::stat(directory.c_str(), &status) != 0) return system_error("look at", directory, errno);
  return static_cast<std::int64_t>(status.st_ino);
}

Result<Timestamp> PosixFileSystem::modified(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return system_error("look at", path, errno);
  return Timestamp{status.st_mtim.tv_sec * 1000 + status.st_mtim.tv_nsec / 1'000'000};
}

Result<> PosixFileSystem::set_modified(const std::string& path, Timestamp time) {
  const timespec moment{time.value / 1000, time.value % 1000 * 1'000'000};
  const std::array<timespec, 2> times{timespec{0, UTIME_OMIT}, moment};
  if (::utimensat(AT_FDCWD, path.c_str(), times.data(), 0) == 0) return {};
  return system_error("set the time of", path, errno);
}

Result<FileSystem::Space> PosixFileSystem::space(const std::string& path) {
  struct statvfs status {};
  if (::statvfs(path.c_str(), &status) != 0) return system_error("look at", path, errno);
  const auto unit = static_cast<std::int64_t>(status.f_frsize);
  return Space{static_cast<std::int64_t>(status.f_bavail) * unit,
               static_cast<std::int64_t>(status.f_blocks) * unit};
}

}  // namespace odradek::log
