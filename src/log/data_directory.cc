// SPDX-License-Identifier: Apache-2.0
#include "log/data_directory.h"

#include "log/posix_file_system.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>

namespace odradek::log {
namespace {

constexpr std::string_view recovery_file = "/recovery-point-offset-checkpoint";
constexpr std::string_view log_start_file = "/log-start-offset-checkpoint";
constexpr std::string_view clean_file = "/.kafka_cleanshutdown";
constexpr std::string_view metadata_file = "/partition.metadata";
constexpr std::string_view aside_suffix = "-delete";
constexpr std::size_t max_file_name = 255;

std::string metadata_text(const Uuid& topic_id) {
  return "version: 0\ntopic_id: " + topic_id.to_string() + "\n";
}

std::optional<Uuid> topic_id_in(std::string_view metadata) {
  constexpr std::string_view key = "topic_id: ";
  const auto at = metadata.find(key);
  if (at == std::string_view::npos) return std::nullopt;
  metadata = metadata.substr(at + key.size());
  return Uuid::parse(metadata.substr(0, metadata.find('\n')));
}

Result<OffsetsByDirectory> read_offsets(FileSystem& files, const std::string& path) {
  const auto text = files.read_file(path);
  if (!text && text.error().fault == Fault::not_found) return OffsetsByDirectory{};
  if (!text) return text.error();
  // A damaged one is as good as none: it costs work, or shows records that had been deleted.
  return decode_offsets(as_text(*text)).value_or(OffsetsByDirectory{});
}

Offset value_or_zero(const OffsetsByDirectory& offsets, const std::string& folder) {
  const auto found = offsets.find(folder);
  return found == offsets.end() ? Offset{} : found->second;
}

}  // namespace

Result<std::unique_ptr<DataDirectory>> DataDirectory::open(FileSystem& files, std::string path) {
  std::unique_ptr<DataDirectory> directory(new DataDirectory(files, std::move(path)));
  TRY(files.create_directories(directory->path_));
  TRY(directory->lock());
  TRY(directory->read_checkpoints());
  return directory;
}

DataDirectory::~DataDirectory() {
  if (lock_ >= 0) ::close(lock_);
}

Result<> DataDirectory::lock() {
  const std::string name = path_ + "/.lock";
  lock_ = ::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (lock_ < 0) return system_error("open", name, errno);
  if (::flock(lock_, LOCK_EX | LOCK_NB) != 0) {
    std::array<char, 32> holder{};
    const ssize_t got = ::pread(lock_, holder.data(), holder.size(), 0);
    std::string text(holder.data(), got > 0 ? static_cast<std::size_t>(got) : 0);
    text.erase(std::min(text.find('\n'), text.size()));
    return Error{Fault::in_use, "data directory " + path_ + " is in use by process " +
                                    (text.empty() ? "unknown" : text) +
                                    ": stop that one, or choose another directory with --data"};
  }
  const std::string pid = std::to_string(::getpid()) + "\n";
  const bool written = ::ftruncate(lock_, 0) == 0 && ::pwrite(lock_, pid.data(), pid.size(), 0) > 0;
  if (!written) return system_error("write", name, errno);
  return {};
}

Result<> DataDirectory::read_checkpoints() {
  TRY(recovery_points_, read_offsets(files_, path_ + std::string(recovery_file)));
  TRY(log_start_offsets_, read_offsets(files_, path_ + std::string(log_start_file)));
  for (const auto& [folder, offset] : log_start_offsets_) in_log_start_file_.insert(folder);
  const auto removed = files_.remove(path_ + std::string(clean_file));
  if (!removed && removed.error().fault != Fault::not_found) return removed.error();
  was_clean_ = removed.has_value();
  return {};
}

std::string DataDirectory::absolute_path() const {
  std::error_code ignored;
  auto absolute = std::filesystem::absolute(path_, ignored).lexically_normal().string();
  return ignored ? path_ : absolute;
}

std::string DataDirectory::folder(std::string_view topic, PartitionId partition) {
  return std::string(topic) + "-" + std::to_string(partition.value);
}

Result<DataDirectory::Folder> DataDirectory::state_of(const std::string& folder,
                                                      const Uuid& topic_id) {
  const std::string path = path_ + "/" + folder + std::string(metadata_file);
  const auto metadata = files_.read_file(path);
  if (!metadata && metadata.error().fault == Fault::not_found) return Folder::missing;
  if (!metadata) return metadata.error();
  if (as_text(*metadata) == metadata_text(topic_id)) return Folder::ready;
  if (topic_id_in(as_text(*metadata))) return Folder::foreign;
  return Error{Fault::corrupt, path + ": names no topic id"};
}

Result<bool> DataDirectory::belongs(std::string_view folder, const Uuid& topic_id) {
  TRY(const Folder state, state_of(std::string(folder), topic_id));
  return state == Folder::ready;
}

Result<std::string> DataDirectory::prepare(const std::string& folder, const Uuid& topic_id) {
  std::string directory = path_ + "/" + folder;
  {
    const std::scoped_lock lock(mutex_);
    const auto [user, is_free] = users_.try_emplace(folder, topic_id);
    if (!is_free && user->second != topic_id) {
      return Error{Fault::in_use, directory + ": still in use by a deleted topic of that name"};
    }
  }
  // From here on the folder is ours, so that nobody has to wait for what follows.
  TRY(const Folder state, state_of(folder, topic_id));
  if (state == Folder::ready) return directory;
  const std::scoped_lock file_then(log_start_mutex_), rest(mutex_);
  if (state == Folder::foreign) {
    TRY(rename_aside(folder));
  }
  // Nothing that is known of an earlier topic of this name holds for the new one.
  TRY(forget_durably(folder));
  TRY(files_.create_directories(directory));
  TRY(files_.write_file_atomically(directory + std::string(metadata_file),
                                   as_bytes(metadata_text(topic_id))));
  return directory;
}

Result<> DataDirectory::forget_durably(const std::string& folder) {
  forget(folder);
  if (!in_log_start_file_.contains(folder)) return {};
  in_log_start_file_.erase(folder);
  TRY(files_.write_file_atomically(path_ + std::string(log_start_file),
                                   as_bytes(encode_offsets(log_start_offsets_))));
  log_start_written_ = ++log_start_number_;
  return {};
}

Result<std::string> DataDirectory::set_aside(const std::string& folder, const Uuid& topic_id) {
  const std::scoped_lock lock(mutex_);
  const auto user = users_.find(folder);
  if (user != users_.end()) {
    if (user->second != topic_id) return std::string{};
    users_.erase(user);
  }
  TRY(const Folder state, state_of(folder, topic_id));
  if (state == Folder::foreign) return std::string{};
  forget(folder);
  return rename_aside(folder);
}

Result<std::string> DataDirectory::rename_aside(const std::string& folder) {
  std::string unique = "." + Uuid::random().to_string() + std::string(aside_suffix);
  std::string name = folder.substr(0, max_file_name - unique.size()) + unique;
  auto renamed = files_.rename(path_ + "/" + folder, path_ + "/" + name);
  if (!renamed && renamed.error().fault == Fault::not_found) return std::string{};
  if (!renamed) return renamed.error();
  return name;
}

Result<> DataDirectory::remove(const std::string& set_aside) {
  return files_.remove_all(path_ + "/" + set_aside);
}

Result<std::vector<std::string>> DataDirectory::leftovers() {
  TRY(auto names, files_.list(path_));
  std::erase_if(names, [](const std::string& name) { return !name.ends_with(aside_suffix); });
  return names;
}

Offset DataDirectory::recovery_point(const std::string& folder) const {
  const std::scoped_lock lock(mutex_);
  return value_or_zero(recovery_points_, folder);
}
Offset DataDirectory::log_start_offset(const std::string& folder) const {
  const std::scoped_lock lock(mutex_);
  return value_or_zero(log_start_offsets_, folder);
}
void DataDirectory::set_recovery_point(const std::string& folder, Offset offset) {
  const std::scoped_lock lock(mutex_);
  recovery_points_[folder] = offset;
}
void DataDirectory::set_log_start_offset(const std::string& folder, Offset offset) {
  const std::scoped_lock lock(mutex_);
  log_start_offsets_[folder] = offset;
  in_log_start_file_.insert(folder);
}
void DataDirectory::forget(const std::string& folder) {
  recovery_points_.erase(folder);
  log_start_offsets_.erase(folder);
}

Result<> DataDirectory::write_recovery_points() {
  // One at a time as a whole: nodes write the same file.
  const std::scoped_lock lock(mutex_);
  return files_.write_cache_file(path_ + std::string(recovery_file),
                                 as_bytes(encode_offsets(recovery_points_)));
}

DataDirectory::LogStartOffsets DataDirectory::log_start_offsets() const {
  const std::scoped_lock lock(mutex_);
  return {++log_start_number_, encode_offsets(log_start_offsets_)};
}

Result<> DataDirectory::write_log_start_offsets(const LogStartOffsets& offsets) {
  const std::scoped_lock one_at_a_time(log_start_mutex_);
  if (offsets.number < log_start_written_) return {};
  TRY(files_.write_file_atomically(path_ + std::string(log_start_file), as_bytes(offsets.text)));
  log_start_written_ = offsets.number;
  return {};
}

Result<> DataDirectory::write_identity(const std::string& cluster_id, const Uuid& directory_id,
                                       NodeId node) {
  const std::string path = path_ + "/meta.properties";
  if (files_.exists(path)) return {};
  const std::string text = "version=1\ncluster.id=" + cluster_id +
                           "\nnode.id=" + std::to_string(node.value) +
                           "\ndirectory.id=" + directory_id.to_string() + "\n";
  return files_.write_cache_file(path, as_bytes(text));
}

Result<> DataDirectory::mark_clean() {
  constexpr std::string_view content = R"({"version":0,"brokerEpoch":-1})";
  return files_.write_file_atomically(path_ + std::string(clean_file), as_bytes(content));
}

}  // namespace odradek::log
