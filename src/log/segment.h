// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.h"
#include "base/result.h"
#include "log/batch_scanner.h"
#include "log/file.h"
#include "log/segment_index.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace odradek::log {

// One `.log` file of a partition with its indexes. A partition writes to its last segment and
// only reads the others; those open their files when they are first read. Used by one thread.
class Segment {
 public:
  // Names a segment; its files are touched by load() or create(). `path` has no suffix:
  // "/data/orders-3/00000000000000000042". One that is to take the place of others has a `mark`
  // behind its names (".log.cleaned").
  Segment(FileSystem& files, std::string path, Offset base_offset, std::string_view mark = {})
      : files_(files), path_(std::move(path)), mark_(mark), base_offset_(base_offset) {}

  // The segment behind it begins there; none where it is the last one.
  void is_followed_by(std::optional<Offset> next_base) { next_base_ = next_base; }

  // Makes the files of a new, empty segment.
  Result<> create();

  // Opens the file and takes the indexes as they are, rebuilding what is missing or cannot be.
  // Where an index knows of more than the file has, and the segment behind it too, that is damage
  // of the file, unless it may be torn. Does nothing the second time.
  enum class Damage { is_an_error, ends_the_search };
  Result<> load(Damage damage = Damage::is_an_error);

  using EachBatch = std::function<void(const wire::BatchView&)>;
  // Tells `each` of the batches in [begin, end), whose headers are believed. Returns where the last
  // one ends.
  Result<std::int64_t> replay(std::int64_t begin, std::int64_t end, const EachBatch& each);
  // Believes nothing from `position` on, where `next` is to follow: checks every batch, indexes it
  // again and tells `each` of it. Returns how many bytes at the end are no batch; they still stand
  // in the file.
  Result<std::int64_t> recover(std::int64_t position, Offset next, const EachBatch& each);
  // For a reader beside the one that writes the segment: takes into account what that one put into
  // the file since, as far as `end`, and tells `each` of it. Opens the file the first time.
  Result<> extend(Offset end, const EachBatch& each);
  // Cuts the file to size().
  Result<> cut();

  // Takes a batch into account that stands at the end of the file, or is staged to.
  void note(const wire::BatchView& batch, std::int32_t index_interval_bytes);

  // Takes a transaction into account that a marker in this segment has aborted; written to the file
  // by flush_aborted(), which does nothing where there is nothing new.
  // False where it stands before one that is known.
  bool note(const AbortedEntry& aborted) { return aborted_.add(aborted); }
  const std::vector<AbortedEntry>& aborted() const { return aborted_.entries(); }
  Result<> flush_aborted();
  bool has_new_aborted() const { return !aborted_.is_flushed(); }
  bool needs_transaction_file() const { return has_new_aborted() && !transaction_file_; }
  // Those whose marker stands at or behind `offset` will be noted again.
  Result<> forget_aborted_from(Offset offset);
  // There is a file of them, which is read when it is needed.
  void expect_transaction_index() { has_unread_aborted_ = true; }
  // Reads the file of them, if there is one.
  Result<> look_for_aborted() {
    return files_.exists(path_of(".txnindex")) ? reload_aborted() : Result<>();
  }
  // For a reader beside the one that writes the segment: there may be more now.
  Result<> reload_aborted();
  // Adds those that may lie in [from, end); true where no later segment has any.
  Result<bool> find_aborted(Offset from, Offset end, std::vector<AbortedEntry>& found);

  // Where the first batch begins that ends behind `offset`; the end where there is none. Bytes
  // before that which are no batch are Fault::corrupt, as for all who read, or end the search.
  Result<std::int64_t> position_of(Offset offset, Damage damage = Damage::is_an_error);
  // Whether a record at or behind `offset` stands at or behind `position`, where a batch begins.
  Result<bool> has_record_from(std::int64_t position, Offset offset);
  // A batch boundary in (begin, begin + max_bytes], as far behind as the index knows one, else the
  // end of the batch at `begin`; never behind `end`.
  Result<std::int64_t> boundary(std::int64_t begin, std::size_t max_bytes, std::int64_t end);
  // The first batch from `offset` on whose max timestamp is at least `timestamp`, as a position.
  struct Extent {
    std::int64_t position = 0;
    std::int64_t size = 0;
  };
  // An offset that no record before `position` has; none where the index does not know one.
  std::optional<Offset> offset_behind(std::int64_t position) const;
  Result<std::optional<Extent>> batch_at_time(Timestamp timestamp, Offset offset);
  // Whole batches; Fault::corrupt where they are damaged.
  Result<Buffer> read(Extent extent);
  // To be called before the file is read otherwise. What this process did not write itself is
  // looked at, and only once if one extent follows the other.
  Result<> check(Extent extent);

  // Writes the indexes to their files; with entries for the last batch, when the segment is
  // complete.
  enum class Flush { so_far, sealed };
  Result<> flush_indexes(Flush how);
  // Removes the files; those that are still being sent live on without a name.
  Result<> remove_files();
  // Gives them names that no segment has, which it returns: removing much takes its time.
  Result<std::vector<std::string>> set_aside();
  // Removes such files, where they are still there.
  static Result<> remove_aside(FileSystem& files, const std::vector<std::string>& paths);
  // Another mark behind their names. The log is the last, so that it has what belongs to it.
  Result<> rename_files(std::string_view mark);
  // Kafka's: a segment that is being made to replace others; one that is complete, and does; one
  // that goes.
  static constexpr std::string_view cleaned_mark = ".cleaned";
  static constexpr std::string_view swap_mark = ".swap";
  static constexpr std::string_view aside_mark = ".deleted";

  Offset base_offset() const { return base_offset_; }
  std::int64_t size() const { return size_; }
  // Behind the last batch, once it is loaded.
  Offset end() const {
    return last_batch_ ? base_offset_ + (last_batch_->relative_offset + 1) : base_offset_;
  }
  const FilePtr& file() const { return file_; }
  // Null as long as nothing was written to it.
  const FilePtr& transaction_file() const { return transaction_file_; }
  std::string log_path() const { return path_of(".log"); }
  Timestamp max_timestamp() const { return max_timestamp_; }
  Timestamp first_timestamp() const { return first_timestamp_; }
  bool index_is_full() const;

 private:
  std::string path_of(std::string_view suffix) const { return path_ + std::string(suffix) + mark_; }
  Result<> load_files(Damage damage);
  Result<bool> load_index_files();
  Result<std::int64_t> end_of_index();
  Result<std::int64_t> scan_behind_last_entry();
  Result<> rebuild_indexes();
  Result<bool> is_right(const OffsetEntry& entry);
  Result<bool> is_right(const TimeEntry& entry);
  Result<std::int64_t> position_at_or_before(Offset offset);
  BatchScanner scanner(std::int64_t begin, std::int64_t end, BatchScanner::Read read);
  Result<bool> may_end_at(std::int64_t position, Offset next);
  Error damaged_at(std::int64_t position) const;

  FileSystem& files_;
  std::string path_;
  std::string mark_;
  Offset base_offset_;
  std::optional<Offset> next_base_;
  FilePtr file_;
  std::int64_t size_ = 0;
  std::int64_t own_from_ = 0;  // what this process wrote or has checked
  Extent checked_;             // before that
  Offset checked_next_;        // behind it
  OffsetIndex offsets_;
  TimeIndex times_;
  TransactionIndex aborted_;
  FilePtr transaction_file_;
  bool has_unread_aborted_ = false;
  std::int64_t bytes_since_entry_ = 0;
  std::optional<OffsetEntry> last_batch_;  // as it would be in the index
  Timestamp max_timestamp_{};
  Timestamp
      first_timestamp_{};  // the max timestamp of the first batch: what segment.ms counts from
  Offset offset_of_max_timestamp_{};
};

// "00000000000000000042": how Kafka writes an offset in a file name.
std::string offset_in_file_name(Offset offset);
// And back, for a name with that suffix: "00000000000000000042.log".
std::optional<Offset> offset_in_file_name(std::string_view name, std::string_view suffix);

}  // namespace odradek::log
