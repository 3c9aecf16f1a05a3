// SPDX-License-Identifier: Apache-2.0
#include "broker/compaction_round.h"

#include "base/random.h"
#include "broker/node.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

namespace odradek::broker {
namespace {

using std::chrono::milliseconds;

constexpr std::int64_t slice = 1 << 20;  // bytes, before others have their turn at the storage pool

// Kafka: UnifiedLog.lastRecordsOfActiveProducers.
cleaner::LastRecords last_records(const log::PartitionLog& log) {
  cleaner::LastRecords last;
  for (const auto& [id, producer] : log.producers().producers()) {
    cleaner::LastRecord& record = last[id];
    record.epoch = producer.epoch;
    if (!producer.batches().empty()) record.data = producer.batches().back().last_offset;
  }
  return last;
}

// As many as there may be, or as there is memory for.
std::size_t most_keys(const BrokerOptions& options, const cleaner::Cleanable& cleanable) {
  const auto bytes = static_cast<std::size_t>(*options.log_cleaner_dedupe_buffer_size);
  const std::int64_t offsets = cleanable.end.value - cleanable.first_dirty.value;
  const double load = *options.log_cleaner_io_buffer_load_factor;
  return std::min(cleaner::OffsetMap::keys_in(bytes, load), static_cast<std::size_t>(offsets));
}

}  // namespace

Result<std::shared_ptr<CompactionRound>> CompactionRound::begin(Node& node, LedLogs& logs,
                                                                Partition& partition,
                                                                cleaner::CompactionNeed need) {
  TRY(log::PartitionLog* const log, partition.log());
  // Of a log that was not open it was not known how far transactions are decided.
  const bool is_decided = need.cleanable.end <= log->last_stable_offset() &&
                          need.cleanable.end <= log->recovery_point();
  auto claim = is_decided ? node.directory().claim_for_compaction(partition.folder()) : nullptr;
  if (!claim) return std::shared_ptr<CompactionRound>{};
  const log::LogConfig& config = partition.config();
  const auto& active = log->active_segment().aborted();
  need.aborted.insert(need.aborted.end(), active.begin(), active.end());
  cleaner::CompactionJob job{.files = partition.files(),
                             .directory = partition.path(),
                             .segments = std::move(need.segments),
                             .first_dirty = need.cleanable.first_dirty,
                             .aborted = std::move(need.aborted),
                             .last_records = last_records(*log),
                             .now = node.now(),
                             .delete_retention_ms = config.delete_retention_ms,
                             .segment_bytes = config.segment_bytes,
                             .index_interval_bytes = config.index_interval_bytes,
                             .most_keys = most_keys(node.options(), need.cleanable),
                             .map_load = *node.options().log_cleaner_io_buffer_load_factor,
                             .seed = {random_number(), random_number()}};
  std::shared_ptr<Work> work(
      new Work{.claim = std::move(claim), .compaction = cleaner::Compaction(std::move(job))});
  return std::shared_ptr<CompactionRound>(
      new CompactionRound(node, logs, partition, need.cleanable, std::move(work)));
}

CompactionRound::CompactionRound(Node& node, LedLogs& logs, const Partition& partition,
                                 const cleaner::Cleanable& cleanable, std::shared_ptr<Work> work)
    : node_(node),
      logs_(logs),
      timer_(node.loop()),
      key_(LedLogs::key_of(partition)),
      folder_(partition.folder()),
      cleanable_(cleanable),
      began_{Clock::now(), node.now()},
      work_(std::move(work)) {}

// Null where nobody wants it compacted any more, not by this node.
Partition* CompactionRound::partition() const {
  Partition* const partition = logs_.find(key_);
  return partition && partition->config().is_compacted ? partition : nullptr;
}

void CompactionRound::run(GoesOn goes_on, Ended ended) {
  goes_on_ = std::move(goes_on);
  ended_ = std::move(ended);
  goes_on_(progress());
  go_on();
}

void CompactionRound::go_on() {
  const auto goes_on = std::make_shared<bool>(false);
  node_.storage_pool().run_in_background(
      [work = work_, goes_on]() -> Result<> {
        TRY(*goes_on, work->compaction.step(slice));
        return {};
      },
      [self = shared_from_this(), goes_on](const Result<>& stepped) {
        if (self->logs_.is_stopped()) return;
        if (!stepped) return self->end(stepped);
        self->goes_on_(self->progress());
        *goes_on ? self->go_on_after(self->pause()) : self->finish();
      });
}

void CompactionRound::go_on_after(milliseconds delay) {
  if (!partition())
    return end(Error{Fault::not_found, folder_ + " is not compacted here any more"});
  timer_.expires_after(delay);
  timer_.async_wait([self = shared_from_this()](const auto& cancelled) {
    if (!cancelled && !self->logs_.is_stopped()) self->go_on();
  });
}

milliseconds CompactionRound::pause() {
  const auto& outcome = work_->compaction.outcome();
  const std::int64_t bytes = outcome.bytes_read + outcome.bytes_written;
  const double seconds = static_cast<double>(bytes - std::exchange(paid_, bytes)) /
                         *node_.options().log_cleaner_io_max_bytes_per_second;
  constexpr double most = 60;
  return milliseconds(static_cast<std::int64_t>(std::min(seconds, most) * 1000));
}

// The names of the new segments are on the disk before any of the old ones changes.
void CompactionRound::finish() {
  Partition* const partition = this->partition();
  if (!partition) return go_on_after({});
  const auto sync = [&files = partition->files(), path = partition->path()] {
    return files.sync_directory(path);
  };
  node_.storage_pool().run(sync, [self = shared_from_this()](const Result<>& synced) {
    if (self->logs_.is_stopped()) return;
    self->end(synced ? self->put_into_place() : synced);
  });
}

Result<> CompactionRound::put_into_place() {
  Partition* const partition = this->partition();
  if (!partition) return Error{Fault::not_found, folder_ + " is not compacted here any more"};
  TRY(log::PartitionLog* const log, partition->log());
  const Node::Turn turn(node_);
  for (const log::SegmentReplacement& each : work_->compaction.outcome().replacements) {
    // Retention may have been quicker.
    if (each.first < log->first_segment()) continue;
    if (auto replaced = log->replace(each); !replaced) {
      node_.commit();
      return replaced;
    }
  }
  node_.directory().set_compacted_to(folder_, work_->compaction.outcome().compacted_to);
  partition->save_recovery_point();
  node_.save_recovery_points_soon();
  node_.staged(*partition);  // for its background tasks
  node_.commit();
  node_.replication().inform_all(*partition);
  save_checkpoint();
  return {};
}

void CompactionRound::save_checkpoint() {
  node_.storage_pool().run(
      [&directory = node_.directory()] { return directory.write_compacted_to(); },
      [](const Result<>& written) {
        if (written) return;
        spdlog::error("cannot write how far logs are compacted reason=\"{}\"",
                      written.error().context);
      });
}

CompactionProgress CompactionRound::progress() const {
  return {began_.time, work_->compaction.outcome().bytes_read,
          cleanable_.clean_bytes + 2 * cleanable_.dirty_bytes};
}

CompactionReport CompactionRound::report() const {
  const auto& outcome = work_->compaction.outcome();
  const std::int64_t all = cleanable_.clean_bytes + cleanable_.dirty_bytes;
  cleaner::Cleanable after;
  after.clean_bytes = outcome.bytes_after;
  after.dirty_bytes = all - outcome.bytes_before;  // what the map did not reach
  return {.ended = node_.now(),
          .took = std::chrono::duration_cast<milliseconds>(Clock::now() - began_.steady),
          .dirty_before = cleanable_.ratio(),
          .dirty_after = after.ratio(),
          .outcome = outcome,
          .failure = {}};
}

// What was not put into its place is removed before anybody else may compact the log.
void CompactionRound::end(const Result<>& result) {
  CompactionReport report = this->report();
  if (!result) {
    report.failure = result.error();
    report.dirty_after = report.dirty_before;
  }
  node_.storage_pool().run([work = work_] { return work->compaction.discard(); },
                           [self = shared_from_this(), report](const Result<>& discarded) {
                             if (!discarded) {
                               spdlog::warn("cannot remove what a compaction left reason=\"{}\"",
                                            discarded.error().context);
                             }
                             if (!self->logs_.is_stopped()) self->ended_(report);
                           });
}

}  // namespace odradek::broker
