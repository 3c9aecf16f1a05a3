// SPDX-License-Identifier: Apache-2.0
#include "log/journal.h"

#include "base/crc32c.h"
#include "log/batch_scanner.h"
#include "log/segment.h"

#include <algorithm>
#include <map>

namespace odradek::log {
namespace {

// A record: its checksum, its length, session and turn in which it was written, and whose bytes
// stand behind that. All numbers are big-endian.
namespace field {
constexpr std::size_t checksum = 0;  // crc32c of what follows
constexpr std::size_t length = 4;    // of the whole record
constexpr std::size_t session = 8;
constexpr std::size_t turn = 16;
constexpr std::size_t topic_id = 20;
constexpr std::size_t segment = 36;
constexpr std::size_t position = 44;
constexpr std::size_t folder_length = 52;
constexpr std::size_t folder = 54;
}  // namespace field

constexpr std::string_view name_prefix = "journal-";
// What a half grows by. Where its size stays the same a sync is one write to the disk.
constexpr std::int64_t growth = 1 << 20;

std::int64_t size_of(const Unsynced& unsynced) {
  return static_cast<std::int64_t>(field::folder + unsynced.folder.size()) + unsynced.end -
         unsynced.begin;
}

struct Record {
  std::uint64_t session = 0;
  std::uint32_t turn = 0;
  Uuid topic_id;
  Offset segment;
  std::int64_t position = 0;
  std::string_view folder;
  Bytes bytes;
};

// The record at the beginning of `rest`; nothing where none was completely written.
std::optional<Record> first_record(Bytes rest, std::size_t& length) {
  if (rest.size() < field::folder) return std::nullopt;
  length = load_big<std::uint32_t>(rest.data() + field::length);
  const auto folder_length = load_big<std::uint16_t>(rest.data() + field::folder_length);
  const bool fits = length <= rest.size() && length >= field::folder + folder_length;
  if (!fits) return std::nullopt;
  const Bytes covered = rest.first(length).subspan(field::length);
  if (load_big<std::uint32_t>(rest.data() + field::checksum) != crc32c(covered)) {
    return std::nullopt;
  }
  Record record;
  record.session = load_big<std::uint64_t>(rest.data() + field::session);
  record.turn = load_big<std::uint32_t>(rest.data() + field::turn);
  std::copy_n(rest.begin() + field::topic_id, record.topic_id.bytes.size(),
              record.topic_id.bytes.begin());
  record.segment = {load_big<std::int64_t>(rest.data() + field::segment)};
  record.position = load_big<std::int64_t>(rest.data() + field::position);
  record.folder = as_text(rest.subspan(field::folder, folder_length));
  record.bytes = rest.first(length).subspan(field::folder + folder_length);
  return record;
}

// Those of one turn: behind them may be some of an earlier one, or of an earlier session.
std::vector<Record> records_in(Bytes content) {
  std::vector<Record> records;
  std::size_t length = 0;
  for (Bytes rest = content; const auto record = first_record(rest, length);
       rest = rest.subspan(length)) {
    const bool is_older = !records.empty() && (record->session != records.front().session ||
                                               record->turn != records.front().turn);
    if (is_older) break;
    records.push_back(*record);
  }
  return records;
}

// Nothing where it was forgotten: its beginning says so.
Result<Buffer> read_half(FileSystem& files, const std::string& path) {
  Buffer beginning(field::folder);
  TRY(const FilePtr file, files.open(path, FileSystem::Open::read_only));
  TRY(const std::size_t read, file->read(beginning, 0));
  const bool is_empty = std::all_of(beginning.begin(), beginning.end(),
                                    [](std::byte each) { return each == std::byte{0}; });
  if (read < beginning.size() || is_empty) return Buffer{};
  return files.read_file(path);
}

class Replay {
 public:
  Replay(FileSystem& files, const std::string& directory, const Journal::Belongs& belongs)
      : files_(files), directory_(directory), belongs_(belongs) {}

  Result<> apply(const Record& record) {
    auto belongs = belongs_(record.folder, record.topic_id);
    const bool is_unknown = !belongs && belongs.error().fault == Fault::corrupt;
    if (is_unknown) return {};  // the partition is offline, and says so itself
    TRY(const bool is_its_own, std::move(belongs));
    if (!is_its_own) return {};
    const std::string path = directory_ + "/" + std::string(record.folder) + "/" +
                             offset_in_file_name(record.segment) + ".log";
    FilePtr& file = segments_[path];
    if (!file) {
      auto opened = files_.open(path, FileSystem::Open::existing);
      // Its name was durable: it was removed since.
      if (!opened && opened.error().fault == Fault::not_found) return {};
      TRY(file, std::move(opened));
    }
    TRY(const bool last, is_last_segment(record));
    TRY(const bool is_missing, last ? Result<bool>(true) : may_be_missing_in(*file, record));
    if (!is_missing) return {};
    const Bytes pieces[] = {record.bytes};
    TRY(file->write(pieces, record.position));
    ++replayed.records;
    replayed.bytes += static_cast<std::int64_t>(record.bytes.size());
    return {};
  }
  Result<> sync() {
    for (const auto& [path, file] : segments_) {
      if (!file) continue;
      TRY(file->sync());
    }
    return {};
  }

  Journal::Replayed replayed;

 private:
  Result<bool> is_last_segment(const Record& record) {
    const auto [last, is_new] = last_segments_.try_emplace(std::string(record.folder));
    if (is_new) {
      TRY(const auto names, files_.list(directory_ + "/" + std::string(record.folder)));
      for (const std::string& name : names) {
        last->second = std::max(last->second, offset_in_file_name(name, ".log").value_or(Offset{}));
      }
    }
    return last->second == record.segment;
  }

  // A segment that is complete may have been compacted since. Then other batches stand there: the
  // batch before it does not end where it begins, or another one does.
  static Result<bool> may_be_missing_in(File& file, const Record& record) {
    BatchScanner before(file, 0, record.position, BatchScanner::Read::headers);
    Offset next = record.segment;
    for (;;) {
      TRY(const auto found, before.next());
      if (!found) break;
      next = found->batch.next_offset();
    }
    const bool fits =
        before.position() == record.position && next == wire::BatchView(record.bytes).base_offset();
    if (!fits) return false;
    const std::int64_t end = record.position + static_cast<std::int64_t>(record.bytes.size());
    TRY(const std::int64_t size, file.size());
    BatchScanner there(file, record.position, size, BatchScanner::Read::whole_batches);
    for (;;) {
      TRY(const auto found, there.next());
      if (!found || found->position >= end) return true;
      const Bytes own =
          record.bytes.subspan(static_cast<std::size_t>(found->position - record.position));
      const Bytes other = found->batch.bytes();
      const bool is_own =
          own.size() >= other.size() && std::equal(other.begin(), other.end(), own.begin());
      if (!is_own) return false;
    }
  }

  FileSystem& files_;
  const std::string& directory_;
  const Journal::Belongs& belongs_;
  std::map<std::string, Offset> last_segments_;  // by folder
  std::map<std::string, FilePtr> segments_;
};

}  // namespace

Result<bool> Journal::write(std::span<const Unsynced> all) {
  std::int64_t size = 0;
  for (const Unsynced& each : all) size += size_of(each);
  TRY(const bool has_room, make_room(size));
  if (!has_room) return false;
  Half& half = current();
  Buffer records;
  records.reserve(static_cast<std::size_t>(size));
  for (const Unsynced& each : all) {
    TRY(append_record(each, records));
  }
  const Bytes pieces[] = {records};
  auto written = half.file->write(pieces, half.end);
  if (!written && written.error().is_shortage()) return false;
  TRY(std::move(written));
  TRY(half.file->sync());
  half.end += size;
  for (const Unsynced& each : all) {
    const bool is_known =
        std::find(half.segments.begin(), half.segments.end(), each.file) != half.segments.end();
    if (!is_known) half.segments.push_back(each.file);
  }
  return true;
}

Result<bool> Journal::make_room(std::int64_t size) {
  if (size > half_size_) return false;
  if (current().end + size > half_size_) {
    if (is_releasing_) return false;
    turn_over();
  }
  Half& half = current();
  auto prepared = half.file ? Result<>() : open(half);
  if (prepared) prepared = prepare(half, half.end + size);
  if (!prepared && prepared.error().is_shortage()) return false;
  TRY(std::move(prepared));
  return true;
}

void Journal::turn_over() {
  is_releasing_ = true;
  release_ = [this, segments = std::exchange(current().segments, {})]() -> Result<> {
    for (const FilePtr& segment : segments) {
      TRY(segment->sync());
    }
    is_releasing_ = false;
    return {};
  };
  ++turn_;
  current().end = 0;
}

Result<> Journal::open(Half& half) {
  const std::string path = path_ + "." + std::to_string(turn_ % 2);
  TRY(FilePtr file, files_.open(path, FileSystem::Open::create));
  TRY(half.prepared, file->size());
  TRY(files_.sync_directory(parent_of(path)));
  half.file = std::move(file);
  return {};
}

Result<> Journal::prepare(Half& half, std::int64_t end) {
  const Buffer zeros(half.prepared < end ? growth : 0);
  while (half.prepared < end) {
    const Bytes pieces[] = {zeros};
    TRY(half.file->write(pieces, half.prepared));
    half.prepared += growth;
  }
  return {};
}

Result<> Journal::append_record(const Unsynced& unsynced, Buffer& to) const {
  const std::size_t at = to.size();
  const auto length = static_cast<std::size_t>(size_of(unsynced));
  to.resize(at + field::folder);
  std::byte* const header = to.data() + at;
  store_big(header + field::length, static_cast<std::uint32_t>(length));
  store_big(header + field::session, session_);
  store_big(header + field::turn, turn_);
  std::copy(unsynced.topic_id.bytes.begin(), unsynced.topic_id.bytes.end(),
            header + field::topic_id);
  store_big(header + field::segment, unsynced.segment.value);
  store_big(header + field::position, unsynced.begin);
  store_big(header + field::folder_length, static_cast<std::uint16_t>(unsynced.folder.size()));
  odradek::append(to, as_bytes(unsynced.folder));
  const std::size_t bytes = to.size();
  to.resize(at + length);
  TRY(const std::size_t read, unsynced.file->read(std::span(to).subspan(bytes), unsynced.begin));
  if (read != to.size() - bytes) {
    return Error{Fault::corrupt, unsynced.folder + ": shorter than what was written"};
  }
  const std::uint32_t checksum = crc32c(Bytes(to).subspan(at + field::length));
  store_big(to.data() + at + field::checksum, checksum);
  return {};
}

Result<Journal::Replayed> Journal::replay(FileSystem& files, const std::string& directory,
                                          const Belongs& belongs) {
  TRY(const auto names, files.list(directory));
  std::vector<std::pair<std::string, Buffer>> contents;
  for (const std::string& name : names) {
    if (!name.starts_with(name_prefix)) continue;
    const std::string path = directory + "/" + name;
    TRY(Buffer content, read_half(files, path));
    contents.emplace_back(path, std::move(content));
  }
  std::vector<std::vector<Record>> turns;
  turns.reserve(contents.size());
  for (const auto& [path, content] : contents) turns.push_back(records_in(content));
  std::stable_sort(turns.begin(), turns.end(), [](const auto& one, const auto& other) {
    return (one.empty() ? 0 : one[0].turn) < (other.empty() ? 0 : other[0].turn);
  });
  Replay replay(files, directory, belongs);
  for (const auto& turn : turns) {
    for (const Record& record : turn) {
      TRY(replay.apply(record));
    }
  }
  TRY(replay.sync());
  for (const auto& [path, content] : contents) {
    if (content.empty()) continue;
    TRY(const FilePtr file, files.open(path, FileSystem::Open::existing));
    const Buffer nothing(field::folder);
    const Bytes pieces[] = {nothing};
    TRY(file->write(pieces, 0));
    TRY(file->sync());
  }
  return replay.replayed;
}

}  // namespace odradek::log
