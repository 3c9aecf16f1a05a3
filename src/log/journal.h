// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.h"
#include "base/ids.h"
#include "base/uuid.h"
#include "log/file.h"

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace odradek::log {

// Bytes of a segment that are written, but not synced. The name of the file is durable.
struct Unsynced {
  std::string folder;  // of the partition
  Uuid topic_id;
  Offset segment;  // its base offset
  FilePtr file;
  std::int64_t begin = 0;
  std::int64_t end = 0;
};

// Makes small writes to many files durable with one sync: they are copied behind one another into a
// file that is synced, and written once more after a crash. That file has two halves. While one of
// them fills, the segments that the other one speaks of are synced in peace; then the halves change
// places.
//
// Segments only grow while the process lives, so what is said here of a place in a file stays true;
// replay() forgets all of it before anything is cut or written anew.
class Journal {
 public:
  static constexpr std::int64_t default_size = 16 << 20;  // of a half
  static constexpr std::int64_t smallest_size = 1 << 20;

  // The halves are "<path>.0" and "<path>.1"; made when they are used first. `session` is a number
  // that no journal of this path had: it tells what was written from what was there before.
  Journal(FileSystem& files, std::string path, std::uint64_t session,
          std::int64_t half_size = default_size)
      : files_(files), path_(std::move(path)), session_(session), half_size_(half_size) {}

  // Returns when all of it is durable; false where there is no room, also on the disk: then the
  // files are to be synced themselves. An error is final. One thread at a time.
  Result<bool> write(std::span<const Unsynced> all);
  // Syncs the segments of the half that is full, so that it can be used again; none where nothing
  // is to be done. To be run beside write(), by another thread; an error is final.
  using Release = std::function<Result<>()>;
  std::optional<Release> take_release() { return std::exchange(release_, std::nullopt); }

  // What the journals of a directory had to say.
  struct Replayed {
    std::int64_t records = 0;
    std::int64_t bytes = 0;
  };
  // Before any log is opened: writes once more what the journals in `directory` have, where
  // `belongs` says that a folder is still of that topic, syncs it, and forgets it.
  using Belongs = std::function<Result<bool>(std::string_view folder, const Uuid& topic_id)>;
  static Result<Replayed> replay(FileSystem& files, const std::string& directory,
                                 const Belongs& belongs);

 private:
  struct Half {
    FilePtr file;
    std::int64_t end = 0;       // of what is written
    std::int64_t prepared = 0;  // of what needs no more space on the disk
    std::vector<FilePtr> segments;
  };
  Half& current() { return halves_[turn_ % 2]; }
  Result<bool> make_room(std::int64_t size);
  Result<> open(Half& half);
  Result<> prepare(Half& half, std::int64_t end);
  void turn_over();
  Result<> append_record(const Unsynced& unsynced, Buffer& to) const;

  FileSystem& files_;
  std::string path_;
  std::uint64_t session_;
  std::int64_t half_size_;
  std::array<Half, 2> halves_;
  std::uint32_t turn_ = 0;  // how often they changed places
  std::optional<Release> release_;
  std::atomic<bool> is_releasing_ = false;  // the half that is not current
};

}  // namespace odradek::log
