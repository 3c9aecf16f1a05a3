// SPDX-License-Identifier: Apache-2.0
#include "log/partition_log.h"

#include "base/assert.h"
#include "base/breakage.h"
#include "log/reordered_appends.h"
#include "log/segment_swap.h"
#include "wire/record_batch.h"

#include <algorithm>
#include <limits>

namespace odradek::log {
namespace {

using wire::BatchView;

// After this many appended bytes the log is synced and the recovery point moves, so that a restart
// after a crash has at most about this much to check.
constexpr std::int64_t checkpoint_interval = 64 << 20;
// Dirty pages are sent to the disk in steps of this size: even writes, and clean pages that the
// kernel can take back when it needs them.
constexpr std::int64_t write_behind_step = 8 << 20;

PartitionLog::Appended storage_error(const Error& error) {
  return {.fault = {wire::ErrorCode::kafka_storage_error, error.context, {}}};
}

// A failure that leaves everything as it was, so that the caller may try again.
bool may_pass(const Result<>& result) { return !result && result.error().is_shortage(); }

}  // namespace

PartitionLog::PartitionLog(const Place& place)
    : files_(place.files),
      directory_(place.directory),
      snapshots_(place.files, place.directory, segments_),
      unsynced_(place.files, place.directory, place.sync_folder) {
  log_start_offset_ = place.known.log_start_offset.value_or(Offset{});
  adopt(place.cache);
}

PartitionLog::~PartitionLog() {
  if (cache_) cache_->close(tail_);
}

void PartitionLog::release() {
  ASSERT(staged_.empty());
  owner_.hand_over();
  if (cache_) cache_->close(tail_);
  cache_ = nullptr;
}

void PartitionLog::adopt(TailCache& cache) {
  ASSERT(!cache_);
  owner_.enter();
  cache_ = &cache;
  tail_ = cache.open();
}

Error PartitionLog::go_offline(Error error) {
  offline_ = error;
  staged_.clear();
  return error;
}

// What was staged is known in memory only, in many places: reading the log again forgets it.
Error PartitionLog::withdraw(Error error) {
  BackgroundTask task = sync_task(active());
  task.run = [file = active().file(), size = committed_size_,
              then_sync = std::move(task.run)]() -> Result<> {
    TRY(file->truncate(size));
    return then_sync();
  };
  tasks_.push_back(std::move(task));
  return go_offline(std::move(error));
}

bool PartitionLog::may_be_opened_again() const {
  return offline_ && offline_->is_shortage() && !syncs_.is_under_way() && tasks_.empty();
}

PartitionLog::Appended PartitionLog::append(std::span<std::byte> batch, const KeeperPtr& owner,
                                            const AppendContext& context) {
  owner_.enter();
  if (offline_) return storage_error(*offline_);
  Buffer rewritten;
  auto fault = validate_batch(batch, context.config, context.now, context.origin, rewritten);
  if (fault.found()) return {.fault = std::move(fault)};
  KeeperPtr keeper = owner;
  if (!rewritten.empty()) {
    auto* const kept = new BufferKeeper(std::move(rewritten));
    keeper.reset(kept);
    batch = kept->bytes;
  }
  const BatchView view(batch);
  Appended appended;
  if (context.config.has_log_append_time) appended.log_append_time = context.now;
  if (view.has_producer()) {
    const auto verdict = producers_.check(view, context.origin, context.guard);
    if (verdict.duplicate) {
      appended.base_offset = verdict.duplicate->first_offset();
      appended.log_append_time = verdict.duplicate->timestamp;  // with CreateTime too, as in Kafka
      return appended;
    }
    if (verdict.error != wire::ErrorCode::none) return {.fault = {verdict.error, {}, {}}};
  }
  if (context.origin == Origin::client && breaks_now(Breakage::lost_append)) {
    appended.base_offset = next_offset_;
    return appended;
  }
  if (auto staged = stage(batch, keeper, context); !staged) return storage_error(staged.error());
  appended.base_offset = view.base_offset();
  if (context.origin == Origin::client && breaks_now(Breakage::double_append)) {
    auto* const copy = new BufferKeeper(Buffer(batch.begin(), batch.end()));
    (void)stage(copy->bytes, KeeperPtr(copy), context);
  }
  return appended;
}

PartitionLog::Appended PartitionLog::append(const EndOfTransaction& end,
                                            const AppendContext& context) {
  owner_.enter();
  if (offline_) return storage_error(*offline_);
  const auto error = producers_.check(end);
  if (error != wire::ErrorCode::none) return {.fault = {error, {}, {}}};
  auto batch = end.marker.batch(end.producer, end.epoch, context.now);
  if (!batch) return storage_error(batch.error());
  const boost::intrusive_ptr<BufferKeeper> keeper(new BufferKeeper(std::move(*batch)));
  auto staged = stage(keeper->bytes, keeper, context);
  if (!staged) return storage_error(staged.error());
  return {.fault = {}, .base_offset = BatchView(keeper->bytes).base_offset()};
}

PartitionLog::Verification PartitionLog::begin_verification(const Question& question,
                                                            Timestamp now) {
  owner_.enter();
  const auto& [producer, epoch, sequence, bumps_epochs] = question;
  if (producers_.is_fenced(producer, epoch)) return {wire::ErrorCode::invalid_producer_epoch, {}};
  if (producers_.has_transaction(producer, epoch)) return {};
  auto& verifications = producers_.verifications();
  return {wire::ErrorCode::none, verifications.begin(producer, epoch, sequence, bumps_epochs, now)};
}

Result<> PartitionLog::stage(std::span<std::byte> batch, const KeeperPtr& owner,
                             const AppendContext& context) {
  if (must_roll(BatchView(batch), context)) {
    TRY(roll(context.now));
  }
  TRY(unsynced_.prepare_for(active()));
  wire::set_base_offset(batch, next_offset_);
  wire::set_leader_epoch(batch, context.leader_epoch);
  const BatchView view(batch);
  if (epochs_.assign(context.leader_epoch, next_offset_)) epochs_changed_ = true;
  staged_.push_back({batch, owner, active().size(), view.next_offset(), context.is_read_soon});
  active().note(view, context.config.index_interval_bytes);
  learn_producers(view, active());
  next_offset_ = view.next_offset();
  const bool is_flushed = next_offset_ - syncs_.planned() >= context.config.flush_messages;
  awaits_durability_ = awaits_durability_ || context.config.is_durable || is_flushed;
  return {};
}

void PartitionLog::learn_producers(const BatchView& batch, Segment& segment) {
  const auto ended = producers_.update(batch);
  if (!ended) return;
  note_marker(ended->first_offset, ended->last_offset);
  if (ended->result == wire::TransactionResult::commit) return;
  const Offset stable = producers_.first_unstable_offset().value_or(ended->last_offset + 1);
  const AbortedEntry entry{ended->producer, ended->first_offset, ended->last_offset, stable};
  if (segment.note(entry)) aborted_sum_.add(entry);
}

// Those that the segments know, once the log was read.
void PartitionLog::count_aborted() {
  aborted_sum_.clear();
  for (const auto& [base, segment] : segments_.all()) {
    for (const AbortedEntry& each : segment->aborted()) aborted_sum_.add(each);
  }
  aborted_sum_.synced(syncs_.durable());
}

Offset PartitionLog::last_stable_at(Offset high_watermark) const {
  if (is_broken(Breakage::shown_open)) return high_watermark;
  Offset undecided = producers_.first_unstable_offset().value_or(high_watermark);
  if (!unread_markers_.empty()) {
    undecided = std::min(undecided, unread_markers_.front().first_offset);
  }
  return std::min(high_watermark, std::max(undecided, log_start_offset_));
}

// Kafka: ProducerStateManager.unreplicatedTxns.
void PartitionLog::note_marker(Offset first_offset, Offset marker) {
  while (!unread_markers_.empty() && unread_markers_.back().first_offset >= first_offset) {
    unread_markers_.pop_back();
  }
  unread_markers_.push_back({first_offset, marker});
}

// Kafka: LogSegment.shouldRoll.
bool PartitionLog::must_roll(const BatchView& batch, const AppendContext& context) {
  Segment& segment = active();
  if (segment.size() == 0) return false;
  if (segment.size() > context.config.segment_bytes - batch.size()) return true;
  const bool has_times = segment.first_timestamp().value >= 0 && batch.max_timestamp().value >= 0;
  const std::int64_t age =
      has_times ? batch.max_timestamp() - segment.first_timestamp() : context.now - active_since_;
  if (age > context.config.segment_ms) return true;
  const std::int64_t relative = next_offset_ + batch.last_offset_delta() - segment.base_offset();
  return segment.index_is_full() || relative > std::numeric_limits<std::int32_t>::max();
}

Result<> PartitionLog::roll(Timestamp now) {
  TRY(commit());
  Segment& sealed = active();
  auto outcome = [&]() -> Result<> {
    TRY(unsynced_.prepare_names());
    TRY(flush_indexes(Segment::Flush::sealed));
    TRY(snapshots_.write(next_offset_, producers_, syncs_.durable()));
    return add_segment();
  }();
  if (may_pass(outcome)) return outcome;
  if (!outcome) return go_offline(outcome.error());
  active_since_ = now;
  committed_size_ = 0;
  written_behind_ = 0;
  bytes_since_checkpoint_ = 0;
  tasks_.push_back(sync_task(sealed));
  synced_size_ = 0;
  return {};
}

Result<> PartitionLog::add_segment() {
  auto next = std::make_unique<Segment>(
      files_, directory_ + "/" + offset_in_file_name(next_offset_), next_offset_);
  if (auto created = next->create(); !created) {
    (void)next->remove_files();  // a smaller batch may go into the segment before it still
    return created;
  }
  segments_.add(std::move(next));
  return {};
}

Result<> PartitionLog::flush_indexes(Segment::Flush how) {
  if (active().needs_transaction_file()) {
    TRY(unsynced_.prepare_names());
  }
  return active().flush_indexes(how);
}

Result<> PartitionLog::commit() {
  owner_.enter();
  if (offline_) return *offline_;
  if (staged_.empty()) return {};
  if (is_broken(Breakage::reordered_appends)) swap_alike(staged_);
  if (auto written = write_staged(); !written) {
    return may_pass(written) ? withdraw(written.error()) : go_offline(written.error());
  }
  // What is missing in these is tried again with the next commit.
  if (auto written = write_caches(); !written && !may_pass(written)) {
    return go_offline(written.error());
  }
  std::size_t bytes = 0;
  if (awaits_durability_) syncs_.require(next_offset_);
  awaits_durability_ = false;
  for (Staged& each : staged_) {
    bytes_since_checkpoint_ += static_cast<std::int64_t>(each.bytes.size());
    bytes += each.bytes.size();
    cache(each);
  }
  staged_.clear();
  committed_size_ = active().size();
  written_ = next_offset_;
  unread_.push_back({written_, bytes});
  move_high_watermark();
  plan_write_behind();
  if (bytes_since_checkpoint_ < checkpoint_interval) return {};
  if (auto planned = plan_checkpoint(); !planned && !may_pass(planned)) {
    return go_offline(planned.error());
  }
  return {};
}

Result<> PartitionLog::write_staged() {
  pieces_.clear();
  for (const Staged& each : staged_) pieces_.push_back(each.bytes);
  return active().file()->write(pieces_, staged_.front().position);
}

Result<> PartitionLog::write_caches() {
  if (active().needs_transaction_file() || epochs_changed_) {
    TRY(unsynced_.prepare_names());
  }
  if (active().has_new_aborted()) unsynced_.note_new_aborted();
  TRY(active().flush_aborted());
  return epochs_changed_ ? write_epochs() : Result<>{};
}

void PartitionLog::cache(Staged& batch) {
  if (!batch.is_read_soon) return cache_->clear(tail_);  // which has no gaps
  cache_->add(tail_, {.base = BatchView(batch.bytes).base_offset(),
                      .next = batch.next,
                      .position = batch.position,
                      .file = active().file(),
                      .data = batch.bytes.data(),
                      .size = batch.bytes.size(),
                      .keeper = std::move(batch.keeper)});
}

void PartitionLog::plan_write_behind() {
  if (committed_size_ - written_behind_ < write_behind_step) return;
  const std::int64_t begin = std::exchange(written_behind_, committed_size_);
  tasks_.push_back({[file = active().file(), begin, end = committed_size_]() -> Result<> {
                      file->write_behind(begin, end);
                      return {};
                    },
                    std::nullopt});
}

Result<> PartitionLog::plan_checkpoint() {
  TRY(flush_indexes(Segment::Flush::so_far));
  TRY(snapshots_.write(next_offset_, producers_, syncs_.durable()));
  bytes_since_checkpoint_ = 0;
  tasks_.push_back(sync_task(active()));
  return {};
}

PartitionLog::PlannedSync PartitionLog::plan_sync() {
  owner_.enter();
  std::optional<Stretch> stretch;
  if (unsynced_.has_only_records(active())) {
    stretch = {active().base_offset(), active().file(), synced_size_, committed_size_};
  }
  return {sync_task(active()), std::move(stretch)};
}

PartitionLog::BackgroundTask PartitionLog::sync_task(const Segment& segment) {
  synced_size_ = committed_size_;
  return {unsynced_.take_sync(segment), syncs_.begin(written_)};
}

void PartitionLog::synced(SyncNumber sync) {
  owner_.enter();
  syncs_.done(sync);
  aborted_sum_.synced(syncs_.durable());
  if (!offline_) move_high_watermark();
}

void PartitionLog::move_high_watermark() {
  const Offset target = syncs_.is_waited_for() ? syncs_.durable() : written_;
  if (target < high_watermark_) return;
  std::size_t bytes = 0;
  for (; !unread_.empty() && unread_.front().end <= target; unread_.pop_front()) {
    bytes += unread_.front().bytes;
  }
  while (!unread_markers_.empty() && unread_markers_.front().marker < target) {
    unread_markers_.pop_front();
  }
  grow(bytes, target, last_stable_at(target));
}

void PartitionLog::begin_epoch(LeaderEpoch epoch) {
  owner_.enter();
  // Written with the first batch of the epoch; until then the next start says the same again.
  if (epochs_.assign(epoch, next_offset_)) epochs_changed_ = true;
}

Result<> PartitionLog::write_epochs() {
  TRY(FilePtr file,
      files_.write_cache_file(directory_ + "/leader-epoch-checkpoint", as_bytes(epochs_.encode())));
  unsynced_.add_epochs(std::move(file));
  epochs_changed_ = false;
  return {};
}

Result<ReadableLog::Chunk> PartitionLog::read(Offset offset, Offset end, std::size_t max_bytes,
                                              First first) {
  owner_.enter();
  if (!is_readable()) return *offline_;
  ASSERT(offset >= log_start_offset_ && end <= high_watermark_);
  Chunk chunk{{}, offset};
  if (offset >= end) return chunk;
  const auto reached = TailCache::read(*tail_, offset, end, max_bytes, chunk.slices);
  if (!reached) {
    return segments_.read(offset, end, max_bytes, first, {written_, committed_size_});
  }
  chunk.end = *reached;
  if (first == First::only_if_it_fits && total_size(chunk.slices) > max_bytes) {
    chunk.slices.clear();
  }
  return chunk;
}

Result<std::vector<AbortedEntry>> PartitionLog::aborted(Offset begin, Offset end) {
  if (is_broken(Breakage::shown_abort)) return std::vector<AbortedEntry>{};
  owner_.enter();
  if (!is_readable()) return *offline_;
  return segments_.aborted(begin, end, SegmentList::Beside::nobody);
}

Result<Buffer> PartitionLog::copy(Offset offset, std::size_t max_bytes) {
  owner_.enter();
  if (!is_readable()) return *offline_;
  ASSERT(offset >= log_start_offset_ && offset <= written_);
  if (offset == written_) return Buffer{};
  return segments_.copy(offset, max_bytes, {written_, committed_size_});
}

Result<std::optional<Stamped>> PartitionLog::find(Timestamp wanted) {
  owner_.enter();
  if (!is_readable()) return *offline_;
  return segments_.find(wanted, log_start_offset_);
}

Result<std::optional<Stamped>> PartitionLog::find_max_timestamp() {
  owner_.enter();
  if (!is_readable()) return *offline_;
  return segments_.find_max_timestamp(log_start_offset_);
}

Result<> PartitionLog::advance_log_start(Offset start) {
  owner_.enter();
  if (offline_) return *offline_;
  ASSERT(start <= high_watermark_);
  if (start > log_start_offset_) {
    log_start_offset_ = start;
    grow(0, high_watermark_, std::max(last_stable_offset_, start));
    if (epochs_.truncate_before(start)) epochs_changed_ = true;
    if (auto written = write_caches(); !written && !may_pass(written)) return written;
  }
  return drop_segments_before_start();
}

// Under names of their own the files may be removed later; the next start does it, if nobody else.
Result<> PartitionLog::drop_segments_before_start() {
  std::vector<std::string> aside;
  while (Segment* const oldest = segments_.oldest_before(log_start_offset_)) {
    for (const AbortedEntry& each : oldest->aborted()) aborted_sum_.remove_first(each);
    TRY(const auto names, oldest->set_aside());
    aside.insert(aside.end(), names.begin(), names.end());
    TRY(snapshots_.remove(oldest->base_offset()));
    segments_.drop_oldest();
  }
  if (!aside.empty()) remove_later(std::move(aside));
  return {};
}

void PartitionLog::remove_later(std::vector<std::string> paths) {
  // What stands in their place is on the disk before they are gone.
  const auto remove = [&files = files_, directory = directory_,
                       paths = std::move(paths)]() -> Result<> {
    TRY(files.sync_directory(directory));
    return Segment::remove_aside(files, paths);
  };
  tasks_.push_back({remove, std::nullopt});
}

Result<> PartitionLog::replace(const SegmentReplacement& replacement) {
  owner_.enter();
  if (offline_) return *offline_;
  ASSERT(replacement.end <= active().base_offset() && replacement.end <= syncs_.durable());
  // A log that was opened again meanwhile has removed what was unfinished.
  const std::string made = directory_ + "/" + offset_in_file_name(replacement.first) + ".log";
  if (!files_.exists(made + std::string(Segment::cleaned_mark))) {
    return Error{Fault::not_found, made + ": what should take its place is gone"};
  }
  if (cache_) cache_->clear(tail_);  // what is shown as aborted is that of the new segment
  const auto snapshots = snapshots_.kept_for(replacement);
  auto aside = swap_segments(files_, directory_, segments_, replacement);
  if (!aside) return go_offline(aside.error());
  count_aborted();
  aside->insert(aside->end(), snapshots.begin(), snapshots.end());
  remove_later(std::move(*aside));
  return {};
}

Result<> PartitionLog::seal(Timestamp now) {
  owner_.enter();
  if (offline_) return *offline_;
  return active().size() == 0 ? Result<>() : roll(now);
}

Result<> PartitionLog::close() {
  owner_.enter();
  if (offline_) return *offline_;
  TRY(commit());
  TRY(write_caches());
  TRY(active().flush_indexes(Segment::Flush::sealed));
  TRY(snapshots_.write(next_offset_, producers_, syncs_.durable()));
  if (syncs_.durable() < next_offset_) {
    TRY(unsynced_.prepare_names());
    TRY(unsynced_.take_sync(active())());
  }
  syncs_.begin_at(next_offset_);
  aborted_sum_.synced(next_offset_);
  return snapshots_.remove_old(syncs_.durable());
}

}  // namespace odradek::log
