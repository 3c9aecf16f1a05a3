// SPDX-License-Identifier: Apache-2.0
#include "meta/catalogue_log.h"

#include "base/crc32c.h"
#include "wire/reader.h"
#include "wire/writer.h"

#include <algorithm>
#include <optional>

namespace odradek::meta {
namespace {

constexpr std::string_view magic = "ODRADEK\n";
constexpr std::size_t header_size = 12;        // magic, format
constexpr std::size_t commit_header_size = 8;  // length, checksum
constexpr std::size_t max_file_size = std::size_t{1} << 30;

Buffer file_header() {
  Buffer header;
  append(header, as_bytes(magic));
  append_big(header, CatalogueLog::newest_format);
  return header;
}

Buffer encode(std::int64_t version, const Records& records) {
  wire::Output body;
  wire::Writer writer(body, record_version, true);
  writer.write_number(version);
  writer.write_number(static_cast<std::int32_t>(records.size()));
  for (const Record& record : records) {
    std::visit(
        [&]<class Each>(const Each& each) {
          writer.write_number(Each::number);
          writer.write_number(record_version);
          writer.write(each);
        },
        record);
  }
  Buffer commit;
  append_big(commit, static_cast<std::int32_t>(body.bytes.size()));
  append_big(commit, crc32c(body.bytes));
  append(commit, body.bytes);
  return commit;
}

template <class... Each>
bool read_record(wire::Reader& reader, std::int16_t number, Records& records,
                 std::variant<Each...>*) {
  const auto try_one = [&]<class One>(One one) {
    if (number != One::number) return false;
    reader.read(one);
    records.push_back(std::move(one));
    return true;
  };
  return (try_one(Each{}) || ...);
}

struct Commit {
  std::int64_t version = 0;
  Records records;
};

std::optional<Commit> decode(Bytes body) {
  wire::Reader reader(body, record_version, true);
  Commit commit{.version = reader.read_number<std::int64_t>(), .records = {}};
  const auto count = reader.read_number<std::int32_t>();
  for (std::int32_t i = 0; i < count && reader.ok(); ++i) {
    const auto number = reader.read_number<std::int16_t>();
    reader.read_number<wire::Version>();
    Record* const any_record = nullptr;
    if (!read_record(reader, number, commit.records, any_record)) return std::nullopt;
  }
  if (!reader.done()) return std::nullopt;
  return commit;
}

bool is_all_zero(Bytes bytes) {
  return std::all_of(bytes.begin(), bytes.end(),
                     [](std::byte each) { return each == std::byte{0}; });
}

Result<> check_header(Bytes content, const std::string& path) {
  if (content.size() < header_size || as_text(content.first(magic.size())) != magic) {
    return Error{Fault::corrupt, path + " is not a catalogue of this broker"};
  }
  const auto format = load_big<std::int32_t>(content.data() + magic.size());
  if (format > CatalogueLog::newest_format) {
    return Error{Fault::invalid, path + " has format " + std::to_string(format) +
                                     ", this broker reads up to " +
                                     std::to_string(CatalogueLog::newest_format) +
                                     ": start the newer version that wrote it"};
  }
  return {};
}

}  // namespace

Result<> CatalogueLog::probe(log::FileSystem& files, const std::string& path) {
  const auto file = files.open(path, log::FileSystem::Open::read_only);
  if (!file && file.error().fault == Fault::not_found) return {};
  if (!file) return file.error();
  Buffer header(header_size);
  TRY(const std::size_t got, (*file)->read(header, 0));
  header.resize(got);
  if (header.empty()) return {};  // made, and not written: a crash at the very first start
  return check_header(header, path);
}

Result<std::unique_ptr<CatalogueLog>> CatalogueLog::open(log::FileSystem& files, std::string path,
                                                         const EachCommit& each) {
  std::unique_ptr<CatalogueLog> log(new CatalogueLog(files, std::move(path)));
  TRY(log->file_, files.open(log->path_, log::FileSystem::Open::create));
  TRY(log->size_, log->file_->size());
  if (log->size_ == 0) {
    TRY(log->create());
  } else {
    TRY(log->read_all(each));
  }
  return log;
}

Result<> CatalogueLog::create() {
  const Buffer header = file_header();
  const Bytes piece(header);
  TRY(file_->write(std::span(&piece, 1), 0));
  size_ = static_cast<std::int64_t>(header.size());
  return files_.sync_directory(log::parent_of(path_));
}

Result<> CatalogueLog::read_all(const EachCommit& each) {
  TRY(const Buffer content, files_.read_file(path_, max_file_size));
  TRY(check_header(content, path_));
  Bytes rest = Bytes(content).subspan(header_size);
  std::int64_t before = -1;
  while (rest.size() >= commit_header_size) {
    const auto size = load_big<std::int32_t>(rest.data());
    const std::size_t behind = rest.size() - commit_header_size;
    if (size <= 0 && !is_all_zero(rest)) return Error{Fault::corrupt, path_ + ": damaged"};
    if (size <= 0 || static_cast<std::size_t>(size) > behind) break;
    const Bytes body = rest.subspan(commit_header_size, static_cast<std::size_t>(size));
    if (crc32c(body) != load_big<std::uint32_t>(rest.data() + 4)) {
      // Only the last commit can be torn; damage before others is not ours to drop.
      if (body.size() < behind) return Error{Fault::corrupt, path_ + ": a commit is damaged"};
      break;
    }
    const auto commit = decode(body);
    const bool follows = commit && (before < 0 || commit->version == before + 1);
    if (!follows) return Error{Fault::corrupt, path_ + ": a commit cannot be understood"};
    before = commit->version;
    each(commit->version, commit->records);
    rest = rest.subspan(commit_header_size + body.size());
  }
  size_ = static_cast<std::int64_t>(content.size() - rest.size());
  if (!rest.empty()) {
    TRY(file_->truncate(size_));
  }
  return {};
}

Result<> CatalogueLog::append(std::int64_t version, const Records& records) {
  if (failed_) return Error{Fault::io, path_ + ": an earlier write failed"};
  const Buffer commit = encode(version, records);
  const Bytes piece(commit);
  failed_ = true;
  if (auto written = file_->write(std::span(&piece, 1), size_); !written) {
    // A full disk leaves the file as it was.
    failed_ = written.error().fault != Fault::no_space || !file_->truncate(size_);
    return written;
  }
  TRY(file_->sync());
  failed_ = false;
  size_ += static_cast<std::int64_t>(commit.size());
  return {};
}

Result<> CatalogueLog::replace(std::int64_t version, const Records& snapshot) {
  Buffer content = file_header();
  odradek::append(content, encode(version, snapshot));
  TRY(files_.write_file_atomically(path_, content));
  TRY(file_, files_.open(path_, log::FileSystem::Open::existing));
  size_ = static_cast<std::int64_t>(content.size());
  return {};
}

}  // namespace odradek::meta
