// SPDX-License-Identifier: Apache-2.0
#include "broker/log_command.h"

#include "broker/log_dump.h"
#include "log/data_directory.h"
#include "log/journal.h"
#include "log/log_check.h"
#include "log/posix_file_system.h"
#include "meta/catalogue.h"

#include <fmt/format.h>

#include <algorithm>

namespace odradek::broker {
namespace {

std::string describe(const log::LogDamage& damage) {
  if (damage.begin == damage.end) {
    return fmt::format("{:020}.log ends at byte {}, too early, offsets from {} on",
                       damage.segment.value, damage.end, damage.first_lost.value);
  }
  const auto where =
      fmt::format("{:020}.log bytes {} to {}", damage.segment.value, damage.begin, damage.end - 1);
  if (damage.next_found == damage.first_lost) {
    return fmt::format("{}, offsets from {} on", where, damage.first_lost.value);
  }
  return fmt::format("{}, offsets {} to {}", where, damage.first_lost.value,
                     damage.next_found.value - 1);
}

class LogCommandRun {
 public:
  explicit LogCommandRun(const LogCommand& command) : command_(command) {}

  Result<bool> run(const std::string& path) {
    if (!files_.exists(log::DataDirectory::catalogue_path(path))) {
      return Error{Fault::not_found, path + " is no data directory: it has no catalogue.log"};
    }
    TRY(directory_, log::DataDirectory::open(files_, path));
    meta::CatalogueView view;
    TRY(const auto catalogue,
        meta::Catalogue::open(files_, directory_->catalogue_path(), {}, view));
    // As the next start would: what stands there only belongs to the logs too.
    TRY(directory_->replay_journals());
    TRY(look_at_all(view));
    TRY(directory_->write_recovery_points());
    // Looking is no use of the directory: the next start has as little to check as before.
    if (directory_->was_clean()) {
      TRY(directory_->mark_clean());
    }
    return is_whole_;
  }

 private:
  Result<> look_at_all(const meta::CatalogueView& view) {
    std::vector<std::string> unknown = command_.folders;
    for (const auto& [name, topic] : view.topics()) {
      for (std::size_t i = 0; i < topic->partitions.size(); ++i) {
        const PartitionId id{static_cast<std::int32_t>(i)};
        const std::string folder = log::DataDirectory::folder(name, id);
        const bool is_named = std::erase(unknown, folder) > 0;
        if (!is_named && !command_.folders.empty()) continue;
        if (!files_.exists(directory_->path() + "/" + folder)) continue;  // never used
        TRY(look_at(folder, topic->id));
      }
    }
    if (unknown.empty()) return {};
    return Error{Fault::not_found, "there is no partition " + unknown.front()};
  }

  Result<> look_at(const std::string& folder, const Uuid& topic_id) {
    TRY(look_at_metadata(folder, topic_id));
    const std::string path = directory_->path() + "/" + folder;
    TRY(const log::LogReport report, log::check_log(files_, path));
    const Offset recovery_point = directory_->checkpoint(folder).recovery_point;
    const bool is_whole = report.is_whole(recovery_point);
    const auto verdict = is_whole ? "whole" : "damaged";
    fmt::print("{}: {} segments, {} batches, {} bytes: {}\n", folder, report.segments,
               report.batches, report.bytes, verdict);
    for (const auto& gap : report.gaps) {
      fmt::print("  offsets {} to {} are not there: compacted, deleted, or lost with their file\n",
                 gap.begin.value, gap.end.value - 1);
    }
    for (const auto& damage : report.damages) {
      const bool is_torn = report.has_torn_end(recovery_point) && &damage == &report.damages.back();
      fmt::print("  {}: {}\n", is_torn ? "torn, and cut off at the next start" : "damaged",
                 describe(damage));
    }
    if (report.end < recovery_point) {
      fmt::print("  damaged: offsets {} to {} were on the disk, and are gone\n", report.end.value,
                 recovery_point.value - 1);
    }
    for (const auto& lost : report.lost_segments) {
      fmt::print("  damaged: {:020}.log is gone\n", lost.value);
    }
    if (is_whole) return {};
    if (command_.kind != LogCommand::Kind::repair) {
      is_whole_ = false;
      return {};
    }
    TRY(log::repair_log(files_, path, report));
    directory_->set_recovery_point(folder, {});
    fmt::print("  repaired: the damaged bytes stand beside their segments now, as *.damaged-*\n");
    return {};
  }

  Result<> look_at_metadata(const std::string& folder, const Uuid& topic_id) {
    const auto belongs = directory_->belongs(folder, topic_id);
    if (belongs && *belongs) return {};
    if (belongs || belongs.error().fault != Fault::corrupt) {
      return Error{Fault::invalid, folder + ": the files are those of another topic of that name"};
    }
    fmt::print("{}: damaged: {}\n", folder, belongs.error().context);
    if (command_.kind != LogCommand::Kind::repair) {
      is_whole_ = false;
      return {};
    }
    TRY(directory_->write_metadata(folder, topic_id));
    fmt::print("  repaired: written as the catalogue has it\n");
    return {};
  }

  const LogCommand& command_;
  log::PosixFileSystem files_;
  std::unique_ptr<log::DataDirectory> directory_;
  bool is_whole_ = true;
};

}  // namespace

Result<bool> run_log_command(const LogCommand& command, const std::string& data_directory) {
  if (command.kind != LogCommand::Kind::dump) return LogCommandRun(command).run(data_directory);
  TRY(dump_logs(data_directory, command.folders, command.dumps_records));
  return true;
}

}  // namespace odradek::broker
