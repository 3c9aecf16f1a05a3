// SPDX-License-Identifier: Apache-2.0
#include "log/data_directory.h"

#include "base/bytes.h"
#include "base/crc32c.h"
#include "base/parse_number.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

namespace odradek::log {
namespace {

constexpr std::string_view recovery_file = "/recovery-point-offset-checkpoint";
// Of no partition, among the recovery points.
constexpr std::string_view identity_entry = "#directory-0";
constexpr std::string_view catalogue_entry = "#catalogue-0";
// Of a log that was in use before its directory was copied.
constexpr Offset unknown_point{-1};
constexpr std::string_view aborted_prefix = "#aborted:";
constexpr std::string_view compaction_file = "/cleaner-offset-checkpoint";
constexpr std::string_view log_start_file = "/log-start-offset-checkpoint";
constexpr std::string_view clean_file = "/.kafka_cleanshutdown";
constexpr std::string_view metadata_file = "/partition.metadata";
constexpr std::string_view aside_suffix = "-delete";
constexpr std::size_t max_file_name = 255;

// As Kafka writes it, and a line more, which Kafka does not read.
std::string metadata_text(const Uuid& topic_id) {
  const std::string text = "version: 0\ntopic_id: " + topic_id.to_string() + "\n";
  return text + fmt::format("crc32c: {:08x}\n", crc32c(as_bytes(text)));
}

// None where it is damaged.
std::optional<Uuid> topic_id_in(std::string_view metadata) {
  constexpr std::string_view key = "topic_id: ";
  const auto at = metadata.find(key);
  if (at == std::string_view::npos) return std::nullopt;
  const auto text = metadata.substr(at + key.size());
  const auto id = Uuid::parse(text.substr(0, text.find('\n')));
  const bool is_kafkas = std::count(metadata.begin(), metadata.end(), '\n') == 2;
  if (!id || (!is_kafkas && metadata != metadata_text(*id))) return std::nullopt;
  return id;
}

Offset value_or_zero(const OffsetsByDirectory& offsets, std::string_view folder) {
  const auto found = offsets.find(folder);
  return found == offsets.end() ? Offset{} : found->second;
}

}  // namespace

Result<std::unique_ptr<DataDirectory>> DataDirectory::open(FileSystem& files, std::string path) {
  std::unique_ptr<DataDirectory> directory(new DataDirectory(files, std::move(path)));
  TRY(files.create_directory_durably(directory->path_));
  TRY(directory->lock());
  TRY(directory->read_checkpoints());
  return directory;
}

DataDirectory::~DataDirectory() = default;

Result<> DataDirectory::lock() {
  const std::string name = path_ + "/.lock";
  auto locked = files_.lock(name);
  if (!locked && locked.error().fault == Fault::in_use) {
    const auto holder = files_.read_file(name);
    const std::string pid = holder ? std::string(as_text(*holder)) : std::string();
    return Error{Fault::in_use, "data directory " + path_ + " is in use by process " +
                                    (pid.empty() ? "unknown" : pid.substr(0, pid.find('\n'))) +
                                    ": stop that one, or choose another directory with --data"};
  }
  TRY(lock_, std::move(locked));
  const std::string pid = std::to_string(::getpid()) + "\n";
  const Bytes piece = as_bytes(pid);
  TRY(lock_->truncate(0));
  return lock_->write(std::span(&piece, 1), 0);
}

// A damaged one is as good as none.
Result<bool> DataDirectory::read_offsets(std::string_view file, OffsetsByDirectory& offsets) {
  const auto text = files_.read_file(path_ + std::string(file));
  if (!text && text.error().fault == Fault::not_found) return false;
  if (!text) return text.error();
  auto decoded = decode_offsets(as_text(*text));
  const bool is_whole = decoded.has_value();
  if (!is_whole) damaged_files_.emplace_back(file.substr(1));
  offsets = std::move(decoded).value_or(OffsetsByDirectory{});
  return is_whole;
}

Result<> DataDirectory::read_checkpoints() {
  TRY(const RecoveryPoints points, read_recovery_points());
  TRY(const bool has_starts, read_offsets(log_start_file, log_start_offsets_));
  log_starts_are_lost_ = !has_starts;
  TRY(read_offsets(compaction_file, compacted_to_));
  for (const auto& [folder, offset] : log_start_offsets_) in_log_start_file_.insert(folder);
  const auto removed = files_.remove(path_ + std::string(clean_file));
  if (!removed && removed.error().fault != Fault::not_found) return removed.error();
  // Without recovery points nothing says that there is nothing to check. Those of a directory that
  // this one was copied from hold where nobody was using it.
  was_clean_ = removed.has_value() && points.are_there;
  if (!was_clean_ && !points.are_ours) {
    TRY(forget_what_was_synced());
  }
  for (const auto& [folder, offset] : recovery_points_) synced_folders_.insert(folder);
  TRY(const std::int64_t inode, files_.identity(path_));
  recovery_points_[std::string(identity_entry)] = {inode};
  // From now on what they do not name was never synced.
  return points.are_ours ? Result<>() : write_recovery_points();
}

// A copy of a directory that was in use may have less than the original.
Result<DataDirectory::RecoveryPoints> DataDirectory::read_recovery_points() {
  TRY(const bool has_points, read_offsets(recovery_file, recovery_points_));
  TRY(const std::int64_t inode, files_.identity(path_));
  split_off_sums();
  const auto identity = recovery_points_.find(identity_entry);
  const bool are_ours = identity != recovery_points_.end() && identity->second == Offset{inode};
  return RecoveryPoints{has_points, are_ours};
}

// What is there may have been synced, wherever that was, until a sync here says how far.
Result<> DataDirectory::forget_what_was_synced() {
  recovery_points_.clear();
  aborted_sums_.clear();
  TRY(const auto names, files_.list(path_));
  for (const std::string& name : names) {
    const auto dash = name.rfind('-');
    const bool is_folder =
        dash != std::string::npos && parse_number<std::int32_t>(name.substr(dash + 1));
    if (is_folder) recovery_points_[name] = unknown_point;
  }
  return {};
}

void DataDirectory::split_off_sums() {
  const auto first = recovery_points_.lower_bound(aborted_prefix);
  auto behind = first;
  for (; behind != recovery_points_.end() && behind->first.starts_with(aborted_prefix); ++behind) {
    aborted_sums_[behind->first.substr(aborted_prefix.size())] = behind->second;
  }
  recovery_points_.erase(first, behind);
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
  if (!metadata && metadata.error().fault == Fault::not_found)
    return state_without_metadata(folder);
  if (!metadata) return metadata.error();
  const auto found = topic_id_in(as_text(*metadata));
  if (!found && !was_synced(folder)) return Folder::missing;
  if (!found) return Error{Fault::corrupt, path + ": damaged"};
  return *found == topic_id ? Folder::ready : Folder::foreign;
}

// Else a power cut may have taken anything in it.
bool DataDirectory::was_synced(const std::string& folder) const {
  const std::scoped_lock lock(mutex_);
  return synced_folders_.contains(folder);
}

// A crash while the folder was made, or damage.
Result<DataDirectory::Folder> DataDirectory::state_without_metadata(const std::string& folder) {
  const auto names = files_.list(path_ + "/" + folder);
  if (!names && names.error().fault == Fault::not_found) return Folder::missing;
  if (!names) return names.error();
  for (const std::string& name : *names) {
    if (!name.ends_with(".log") || !was_synced(folder)) continue;
    return Error{Fault::corrupt, path_ + "/" + folder + std::string(metadata_file) + ": is gone"};
  }
  return Folder::missing;
}

Result<bool> DataDirectory::belongs(std::string_view folder, const Uuid& topic_id) {
  TRY(const Folder state, state_of(std::string(folder), topic_id));
  return state == Folder::ready;
}

Result<Journal::Replayed> DataDirectory::replay_journals() {
  return Journal::replay(files_, path_, [this](std::string_view folder, const Uuid& topic_id) {
    return belongs(folder, topic_id);
  });
}

Result<DataDirectory::Prepared> DataDirectory::prepare(const std::string& folder,
                                                       const Uuid& topic_id) {
  const std::string directory = path_ + "/" + folder;
  {
    const std::scoped_lock lock(mutex_);
    const auto [user, is_free] = users_.try_emplace(folder, topic_id);
    if (!is_free && user->second != topic_id) {
      return Error{Fault::in_use, directory + ": still in use by a deleted topic of that name"};
    }
  }
  // From here on the folder is ours, so that nobody has to wait for what follows.
  TRY(const Folder state, state_of(folder, topic_id));
  if (state == Folder::ready && was_synced(folder)) return Prepared{directory, {}};
  if (state == Folder::ready) return Prepared{directory, sync_of(folder, topic_id)};
  const std::scoped_lock file_then(log_start_mutex_), rest(mutex_);
  if (state == Folder::foreign) {
    TRY(rename_aside(folder));
  }
  // Nothing that is known of an earlier topic of this name holds for the new one.
  TRY(forget_durably(folder));
  TRY(files_.create_directories(directory));
  TRY(files_.write_cache_file(directory + std::string(metadata_file),
                              as_bytes(metadata_text(topic_id))));
  return Prepared{directory, sync_of(folder, topic_id)};
}

// The names in the folder are synced with its log's.
std::function<Result<>()> DataDirectory::sync_of(const std::string& folder, const Uuid& topic_id) {
  return [this, folder, topic_id]() -> Result<> {
    const std::string metadata = path_ + "/" + folder + std::string(metadata_file);
    const auto file = files_.open(metadata, FileSystem::Open::existing);
    // It was set aside meanwhile.
    if (!file && file.error().fault == Fault::not_found) return {};
    if (!file) return file.error();
    TRY((*file)->sync());
    TRY(files_.sync_directory(path_));
    const std::scoped_lock lock(mutex_);
    const auto user = users_.find(folder);
    if (user != users_.end() && user->second == topic_id) synced_folders_.insert(folder);
    return {};
  };
}

Result<> DataDirectory::write_metadata(const std::string& folder, const Uuid& topic_id) {
  return files_.write_file_atomically(path_ + "/" + folder + std::string(metadata_file),
                                      as_bytes(metadata_text(topic_id)));
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

LogCheckpoint DataDirectory::checkpoint(const std::string& folder) const {
  const std::scoped_lock lock(mutex_);
  const Offset point = value_or_zero(recovery_points_, folder);
  LogCheckpoint known{std::max(point, Offset{}), value_or_zero(log_start_offsets_, folder),
                      point != unknown_point,
                      static_cast<std::uint32_t>(value_or_zero(aborted_sums_, folder).value)};
  if (log_starts_are_lost_ && !log_start_offsets_.contains(folder)) known.log_start_offset.reset();
  return known;
}
void DataDirectory::set_recovery_point(const std::string& folder, Offset offset,
                                       std::uint32_t aborted_sum) {
  const std::scoped_lock lock(mutex_);
  if (!synced_folders_.contains(folder)) return;
  recovery_points_[folder] = offset;
  if (aborted_sum > 0) aborted_sums_[folder] = {aborted_sum};
  if (aborted_sum == 0) aborted_sums_.erase(folder);
}
Offset DataDirectory::compacted_to(const std::string& folder) const {
  const std::scoped_lock lock(mutex_);
  return value_or_zero(compacted_to_, folder);
}
void DataDirectory::set_compacted_to(const std::string& folder, Offset offset) {
  const std::scoped_lock lock(mutex_);
  compacted_to_[folder] = offset;
}
std::shared_ptr<void> DataDirectory::claim_for_compaction(const std::string& folder) {
  const std::scoped_lock lock(mutex_);
  if (!compacted_now_.insert(folder).second) return nullptr;
  const auto release = [folder](DataDirectory* self) {
    const std::scoped_lock for_release(self->mutex_);
    self->compacted_now_.erase(folder);
  };
  return {this, release};
}
void DataDirectory::set_log_start_offset(const std::string& folder, Offset offset) {
  const std::scoped_lock lock(mutex_);
  log_start_offsets_[folder] = offset;
  in_log_start_file_.insert(folder);
}
std::int64_t DataDirectory::catalogue_version() const {
  const std::scoped_lock lock(mutex_);
  return value_or_zero(recovery_points_, catalogue_entry).value;
}
void DataDirectory::set_catalogue_version(std::int64_t version) {
  const std::scoped_lock lock(mutex_);
  recovery_points_[std::string(catalogue_entry)] = {version};
}
void DataDirectory::forget(const std::string& folder) {
  recovery_points_.erase(folder);
  synced_folders_.erase(folder);
  aborted_sums_.erase(folder);
  compacted_to_.erase(folder);
  log_start_offsets_.erase(folder);
}

Result<> DataDirectory::write_recovery_points() {
  const std::scoped_lock one_at_a_time(recovery_mutex_);
  std::string text;
  {
    const std::scoped_lock lock(mutex_);
    OffsetsByDirectory all = recovery_points_;
    for (const auto& [folder, sum] : aborted_sums_) all[std::string(aborted_prefix) + folder] = sum;
    text = encode_offsets(all);
  }
  // Torn by a power cut they would tell nothing, and a torn log would look like a damaged one.
  return files_.write_file_atomically(path_ + std::string(recovery_file), as_bytes(text));
}

Result<> DataDirectory::write_compacted_to() {
  const std::scoped_lock one_at_a_time(recovery_mutex_);
  std::string text;
  {
    const std::scoped_lock lock(mutex_);
    text = encode_offsets(compacted_to_);
  }
  return files_.write_file_atomically(path_ + std::string(compaction_file), as_bytes(text));
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
  return files_.write_file_atomically(path, as_bytes(text));
}

Result<> DataDirectory::mark_clean() {
  constexpr std::string_view content = R"({"version":0,"brokerEpoch":-1})";
  return files_.write_file_atomically(path_ + std::string(clean_file), as_bytes(content));
}

}  // namespace odradek::log
