// SPDX-License-Identifier: Apache-2.0
#include "broker/log_dump.h"

#include "log/batch_scanner.h"
#include "log/log_config.h"
#include "log/posix_file_system.h"
#include "wire/decompressor.h"
#include "wire/transaction_marker.h"

#include <fmt/format.h>

namespace odradek::broker {

using wire::BatchView;

namespace {

std::string_view codec_name(wire::Codec codec) {
  return codec == wire::Codec::none ? "uncompressed" : name_of(codec);
}

std::string describe(const BatchView& batch) {
  std::string text = fmt::format("offsets {} to {}: {} records, {}, {} {}, leader epoch {}",
                                 batch.base_offset().value, batch.next_offset().value - 1,
                                 batch.record_count(), codec_name(batch.codec()),
                                 batch.has_log_append_time() ? "LogAppendTime" : "CreateTime",
                                 batch.max_timestamp().value, batch.leader_epoch().value);
  if (batch.has_producer()) {
    text += fmt::format(", producer {} epoch {} sequence {}", batch.producer_id().value,
                        batch.producer_epoch().value, batch.base_sequence());
  }
  if (batch.is_transactional()) text += ", transactional";
  if (const auto marker = wire::TransactionMarker::of(batch)) {
    text += marker->result == wire::TransactionResult::commit ? ", commit" : ", abort";
  }
  if (const auto horizon = batch.delete_horizon()) {
    text += fmt::format(", tombstones stay until {}", horizon->value);
  }
  return text;
}

// Text as it is where it can be printed on a line, else how much there is.
std::string shown(const std::optional<Bytes>& field) {
  if (!field) return "null";
  for (const char letter : as_text(*field)) {
    const auto byte = static_cast<unsigned char>(letter);
    if (byte < 0x20 || byte == 0x7f) return fmt::format("({} bytes)", field->size());
  }
  return fmt::format("\"{}\"", as_text(*field));
}

Result<> print_records(const BatchView& batch, wire::Decompressor& decompressor) {
  TRY(const Bytes unpacked,
      decompressor.unpack(batch.codec(), batch.records(), log::max_decompressed_batch));
  wire::RecordReader reader(unpacked, batch.record_count());
  while (const auto record = reader.next()) {
    fmt::print("    {} time {} key {} value {}\n",
               (batch.base_offset() + record->offset_delta).value,
               (batch.base_timestamp() + record->timestamp_delta).value, shown(record->key),
               shown(record->value));
  }
  if (reader.ok()) return {};
  return Error{Fault::corrupt,
               fmt::format("the batch at offset {} cannot be read", batch.base_offset().value)};
}

Result<> dump_segment(log::FileSystem& files, const std::string& path, bool records) {
  TRY(const auto file, files.open(path, log::FileSystem::Open::read_only));
  TRY(const std::int64_t size, file->size());
  log::BatchScanner scanner(*file, 0, size, log::BatchScanner::Read::whole_batches);
  wire::Decompressor decompressor;
  for (;;) {
    TRY(const auto found, scanner.next());
    if (!found) break;
    fmt::print("  at {}, {} bytes: {}\n", found->position, found->size, describe(found->batch));
    if (!records || found->batch.is_control()) continue;
    TRY(print_records(found->batch, decompressor));
  }
  if (scanner.position() == size) return {};
  return Error{Fault::corrupt, fmt::format("{}: no batch at byte {} of {}: odradek log verify says "
                                           "more, while no broker runs",
                                           path, scanner.position(), size)};
}

}  // namespace

Result<> dump_logs(const std::string& data_directory, const std::vector<std::string>& folders,
                   bool records) {
  log::PosixFileSystem files;
  for (const std::string& folder : folders) {
    const std::string path = data_directory + "/" + folder;
    if (!files.exists(path)) {
      return Error{Fault::not_found, "there is no partition " + folder + " in " + data_directory};
    }
    TRY(const auto names, files.list(path));
    for (const std::string& name : names) {
      if (!name.ends_with(".log")) continue;
      fmt::print("{}/{}\n", folder, name);
      TRY(dump_segment(files, path + "/" + name, records));
    }
  }
  return {};
}

}  // namespace odradek::broker
