// SPDX-License-Identifier: Apache-2.0
#include "log/log_check.h"

#include "log/batch_scanner.h"
#include "log/segment.h"
#include "log/segment_index.h"
#include "wire/record_batch_builder.h"

#include <algorithm>
#include <limits>
#include <map>

namespace odradek::log {
namespace {

constexpr std::int64_t copy_block = 1 << 20;

std::string log_path(const std::string& directory, Offset segment) {
  return directory + "/" + offset_in_file_name(segment) + ".log";
}

class LogCheck {
 public:
  LogCheck(FileSystem& files, const std::string& directory)
      : files_(files), directory_(directory) {}

  Result<LogReport> run() {
    TRY(const auto names, files_.list(directory_));
    for (const std::string& name : names) {
      const auto index = offset_in_file_name(name, ".index");
      if (index && !files_.exists(log_path(directory_, *index))) {
        report_.lost_segments.push_back(*index);
      }
      const auto base = offset_in_file_name(name, ".log");
      if (!base) continue;
      if (report_.segments++ == 0) expected_ = *base;
      TRY(check_segment(*base));
    }
    report_.end = expected_;
    return std::move(report_);
  }

 private:
  Result<> check_segment(Offset base) {
    TRY(const FilePtr file, files_.open(log_path(directory_, base), FileSystem::Open::read_only));
    TRY(const std::int64_t size, file->size());
    report_.bytes += size;
    note_gap(base);
    for (std::int64_t position = 0; position < size;) {
      TRY(position, check_batches(*file, position, size));
      if (position == size) break;
      // `least` is what nobody else has: a batch before it would stand in another one's place.
      TRY(const auto next, find_batch(*file, position + 1, size, expected_));
      add_damage(base, position, next.value_or(size));
      position = next.value_or(size);
      is_behind_damage_ = next.has_value();
    }
    TRY(const bool is_short, is_shorter_than_its_index(base, size));
    if (is_short) add_damage(base, size, size);
    return {};
  }

  void add_damage(Offset segment, std::int64_t begin, std::int64_t end) {
    report_.damages.push_back({segment, begin, end, expected_, expected_, epoch_});
  }

  Result<bool> is_shorter_than_its_index(Offset base, std::int64_t size) {
    const auto content = files_.read_file(directory_ + "/" + offset_in_file_name(base) + ".index");
    if (!content && content.error().fault == Fault::not_found) return false;
    if (!content) return content.error();
    OffsetIndex index;
    index.load(*content);
    return !index.entries().empty() && index.entries().back().position >= size;
  }

  // Returns where whole batches of this log end.
  Result<std::int64_t> check_batches(File& file, std::int64_t begin, std::int64_t end) {
    BatchScanner scanner(file, begin, end, BatchScanner::Read::whole_batches);
    for (;;) {
      TRY(const auto found, scanner.next());
      if (!found) return scanner.position();
      if (found->batch.base_offset() < expected_) return found->position;
      if (std::exchange(is_behind_damage_, false)) {
        report_.damages.back().next_found = found->batch.base_offset();
      } else {
        note_gap(found->batch.base_offset());
      }
      expected_ = found->batch.next_offset();
      epoch_ = found->batch.leader_epoch();
      ++report_.batches;
    }
  }

  void note_gap(Offset next) {
    if (next > expected_) report_.gaps.push_back({expected_, next});
    expected_ = std::max(expected_, next);
  }

  FileSystem& files_;
  const std::string& directory_;
  LogReport report_;
  Offset expected_;
  LeaderEpoch epoch_{0};
  bool is_behind_damage_ = false;
};

Result<> copy(File& from, std::int64_t begin, std::int64_t end, File& to, std::int64_t& to_end) {
  Buffer block(static_cast<std::size_t>(copy_block));
  while (begin < end) {
    const auto wanted = static_cast<std::size_t>(std::min(copy_block, end - begin));
    TRY(const std::size_t read, from.read(std::span(block).first(wanted), begin));
    if (read != wanted) return Error{Fault::io, "a segment became shorter while it was read"};
    const Bytes piece = Bytes(block).first(read);
    TRY(to.write(std::span(&piece, 1), to_end));
    begin += static_cast<std::int64_t>(read);
    to_end += static_cast<std::int64_t>(read);
  }
  return {};
}

// In the last segment no offset may be missing.
Result<> fill_gap(const LogDamage& damage, File& to, std::int64_t& to_end) {
  const std::int64_t lost = damage.next_found - damage.first_lost;
  if (lost == 0 || lost > std::numeric_limits<std::int32_t>::max()) return {};
  TRY(const Buffer batch,
      wire::RecordBatchBuilder().build({.base_offset = damage.first_lost,
                                        .leader_epoch = damage.epoch,
                                        .last_offset_delta = static_cast<std::int32_t>(lost - 1)}));
  const Bytes piece(batch);
  TRY(to.write(std::span(&piece, 1), to_end));
  to_end += static_cast<std::int64_t>(batch.size());
  return {};
}

Result<> take_out(FileSystem& files, const std::string& path,
                  const std::vector<const LogDamage*>& damages) {
  TRY(const FilePtr damaged, files.open(path, FileSystem::Open::read_only));
  TRY(const std::int64_t size, damaged->size());
  TRY(const FilePtr whole, files.open(path + ".tmp", FileSystem::Open::create));
  TRY(whole->truncate(0));
  std::int64_t position = 0;
  std::int64_t whole_size = 0;
  for (const LogDamage* const each : damages) {
    TRY(copy(*damaged, position, each->begin, *whole, whole_size));
    position = each->end;
    TRY(fill_gap(*each, *whole, whole_size));
    if (each->begin == each->end) continue;
    TRY(const FilePtr beside,
        files.open(path + ".damaged-" + std::to_string(each->begin), FileSystem::Open::create));
    std::int64_t beside_size = 0;
    TRY(copy(*damaged, each->begin, each->end, *beside, beside_size));
    TRY(beside->sync());
  }
  TRY(copy(*damaged, position, size, *whole, whole_size));
  TRY(whole->sync());
  return files.rename(path + ".tmp", path);
}

bool is_learnt(const std::string& name) {
  return name.ends_with(".index") || name.ends_with(".timeindex") || name.ends_with(".txnindex") ||
         name.ends_with(".snapshot") || name == "leader-epoch-checkpoint";
}

}  // namespace

bool LogReport::has_torn_end(Offset recovery_point) const {
  return !damages.empty() && damages.back().first_lost == end && end >= recovery_point;
}

bool LogReport::is_whole(Offset recovery_point) const {
  const std::size_t torn = has_torn_end(recovery_point) ? 1 : 0;
  return damages.size() == torn && lost_segments.empty() && end >= recovery_point;
}

Result<LogReport> check_log(FileSystem& files, const std::string& directory) {
  return LogCheck(files, directory).run();
}

Result<> repair_log(FileSystem& files, const std::string& directory, const LogReport& report) {
  std::map<Offset, std::vector<const LogDamage*>> by_segment;
  for (const LogDamage& each : report.damages) by_segment[each.segment].push_back(&each);
  for (const auto& [segment, damages] : by_segment) {
    TRY(take_out(files, log_path(directory, segment), damages));
  }
  TRY(const auto names, files.list(directory));
  for (const std::string& name : names) {
    if (!is_learnt(name)) continue;
    TRY(files.remove(directory + "/" + name));
  }
  return files.sync_directory(directory);
}

}  // namespace odradek::log
