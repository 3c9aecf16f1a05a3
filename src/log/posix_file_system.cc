// SPDX-License-Identifier: Apache-2.0
#include "log/posix_file_system.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
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
namespace {

class PosixFile : public File {
 public:
  PosixFile(int descriptor, std::string path) : descriptor_(descriptor), path_(std::move(path)) {}
  ~PosixFile() override { ::close(descriptor_); }

  Result<std::size_t> read(std::span<std::byte> into, std::int64_t position) override {
    std::size_t done = 0;
    while (done < into.size()) {
      const ssize_t got = ::pread(descriptor_, into.data() + done, into.size() - done,
                                  position + static_cast<std::int64_t>(done));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return fault("read");
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
    if (::ftruncate(descriptor_, size) != 0) return fault("truncate");
    return {};
  }
  Result<> sync() override {
    if (::fdatasync(descriptor_) != 0) return fault("sync");
    return {};
  }
  Result<std::int64_t> size() override {
    struct stat status {};
    if (::fstat(descriptor_, &status) != 0) return fault("stat");
    return status.st_size;
  }
  void write_behind(std::int64_t begin, std::int64_t end) override {
    ::sync_file_range(descriptor_, begin, end - begin, SYNC_FILE_RANGE_WRITE);
  }
  int descriptor() const override { return descriptor_; }

 private:
  Error fault(std::string_view action) const { return system_error(action, path_, errno); }

  // Returns the position behind what it wrote: all of it, whatever the kernel took at a time.
  Result<std::int64_t> write_vectors(std::span<iovec> vectors, std::int64_t position) {
    while (!vectors.empty()) {
      ssize_t wrote =
          ::pwritev(descriptor_, vectors.data(), static_cast<int>(vectors.size()), position);
      if (wrote < 0 && errno == EINTR) continue;
      if (wrote < 0) return fault("write");
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

  int descriptor_;
  std::string path_;
};

constexpr mode_t file_mode = 0644;

Result<> sync(const std::string& directory, int (*call)(int descriptor)) {
  const int descriptor = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return system_error("open", directory, errno);
  const int failed = call(descriptor) == 0 ? 0 : errno;
  ::close(descriptor);
  if (failed != 0) return system_error("sync", directory, failed);
  return {};
}

}  // namespace

Error system_error(std::string_view action, std::string_view path, int error_number) {
  Fault fault = Fault::io;
  if (error_number == ENOSPC || error_number == EDQUOT) fault = Fault::no_space;
  if (error_number == ENOENT) fault = Fault::not_found;
  std::string reason = std::generic_category().message(error_number);
  if (!reason.empty()) reason.front() = static_cast<char>(std::tolower(reason.front()));
  return {fault, std::string(action) + " " + std::string(path) + ": " + reason};
}

Result<FilePtr> PosixFileSystem::open(const std::string& path, Open how) {
  int flags = O_CLOEXEC | (how == Open::read_only ? O_RDONLY : O_RDWR);
  if (how == Open::create) flags |= O_CREAT;
  const int descriptor = ::open(path.c_str(), flags, file_mode);
  if (descriptor < 0) return system_error("open", path, errno);
  return FilePtr(new PosixFile(descriptor, path));
}

Result<> PosixFileSystem::create_directories(const std::string& path) {
  std::error_code failed;
  std::filesystem::create_directories(path, failed);
  if (failed) return system_error("create", path, failed.value());
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
  if (::rename(from.c_str(), to.c_str()) != 0) return system_error("rename", from, errno);
  return {};
}

Result<> PosixFileSystem::remove(const std::string& path) {
  if (::unlink(path.c_str()) != 0) return system_error("remove", path, errno);
  return {};
}

Result<> PosixFileSystem::remove_all(const std::string& directory) {
  std::error_code failed;
  std::filesystem::remove_all(directory, failed);
  if (failed) return system_error("remove", directory, failed.value());
  return {};
}

Result<> PosixFileSystem::sync_directory(const std::string& path) { return sync(path, ::fsync); }

Result<> PosixFileSystem::sync_all(const std::string& directory) {
  return sync(directory, ::syncfs);
}

bool PosixFileSystem::exists(const std::string& path) { return ::access(path.c_str(), F_OK) == 0; }

}  // namespace odradek::log
