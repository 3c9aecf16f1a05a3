// SPDX-License-Identifier: Apache-2.0
#include "log/file.h"

namespace odradek::log {

std::string parent_of(const std::string& path) {
  const auto slash = path.rfind('/');
  return slash == std::string::npos ? "." : path.substr(0, slash);
}

Result<Buffer> FileSystem::read_file(const std::string& path, std::size_t limit) {
  TRY(const FilePtr file, open(path, Open::read_only));
  TRY(const std::int64_t size, file->size());
  if (size > static_cast<std::int64_t>(limit)) {
    return Error{Fault::too_large, path + ": " + std::to_string(size) + " bytes"};
  }
  Buffer content(static_cast<std::size_t>(size));
  TRY(const std::size_t got, file->read(content, 0));
  content.resize(got);
  return content;
}

Result<> FileSystem::create_directory_durably(const std::string& path) {
  if (exists(path)) return {};
  const std::string parent = parent_of(path);
  TRY(create_directory_durably(parent.empty() ? "/" : parent));
  TRY(create_directories(path));
  return sync_directory(parent.empty() ? "/" : parent);
}

Result<> FileSystem::write_file_atomically(const std::string& path, Bytes content) {
  const std::string temporary = path + ".tmp";
  TRY(const FilePtr file, open(temporary, Open::create));
  TRY(file->truncate(0));
  TRY(file->write(std::span(&content, 1), 0));
  TRY(file->sync());
  TRY(rename(temporary, path));
  return sync_directory(parent_of(path));
}

Result<FilePtr> FileSystem::write_cache_file(const std::string& path, Bytes content) {
  const std::string temporary = path + ".tmp";
  TRY(FilePtr file, open(temporary, Open::create));
  TRY(file->truncate(0));
  TRY(file->write(std::span(&content, 1), 0));
  TRY(rename(temporary, path));
  return file;
}

}  // namespace odradek::log
