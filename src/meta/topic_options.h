// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/option.h"
#include "log/log_config.h"
#include "meta/catalogue_view.h"

#include <cstdint>
#include <limits>

namespace odradek::meta {

// Every configuration of a topic (Kafka: TopicConfig). A value comes from the topic itself, or from
// the broker setting named here, or is the default. Options marked `accepted` are stored and
// described, and wait for what they govern.
struct TopicOptions : OptionSet {
  static constexpr auto change = OptionUpdate::cluster_wide;
  static constexpr auto enforced = OptionEffect::enforced;
  static constexpr auto accepted = OptionEffect::accepted;

  Option<OptionList> cleanup_policy{*this,
                                    {"cleanup.policy",
                                     "What becomes of old segments: deleted by time and size, "
                                     "compacted by key, both, or (empty) kept for ever.",
                                     change, enforced, "log.cleanup.policy"},
                                    {"delete"},
                                    {.of = {"compact", "delete"}}};
  Option<std::int32_t> compression_gzip_level{
      *this,
      {"compression.gzip.level",
       "The level used where compression.type is gzip; -1 is the default of the codec.", change,
       enforced, "compression.gzip.level"},
      -1,
      {-1, 9}};
  Option<std::int32_t> compression_lz4_level{
      *this,
      {"compression.lz4.level", "The level used where compression.type is lz4.", change, enforced,
       "compression.lz4.level"},
      9,
      {1, 17}};
  Option<std::string> compression_type{
      *this,
      {"compression.type",
       "The codec in which batches are stored; producer keeps them as they were sent.", change,
       enforced, "compression.type"},
      "producer",
      {.one_of = {"uncompressed", "zstd", "lz4", "snappy", "gzip", "producer"}}};
  Option<std::int32_t> compression_zstd_level{
      *this,
      {"compression.zstd.level", "The level used where compression.type is zstd.", change, enforced,
       "compression.zstd.level"},
      3,
      {-131072, 22}};
  Option<std::int64_t> delete_retention_ms{
      *this,
      {"delete.retention.ms", "How long a tombstone stays in a compacted topic.", change, enforced,
       "log.cleaner.delete.retention.ms"},
      24LL * 3600 * 1000,
      at_least<std::int64_t>(0)};
  Option<std::int64_t> file_delete_delay_ms{*this,
                                            {"file.delete.delay.ms", "Removed files go at once.",
                                             change, accepted, "log.segment.delete.delay.ms"},
                                            60000,
                                            at_least<std::int64_t>(0)};
  Option<std::int64_t> flush_messages{
      *this,
      {"flush.messages", "After how many records the log is synced.", change, enforced,
       "log.flush.interval.messages"},
      std::numeric_limits<std::int64_t>::max(),
      at_least<std::int64_t>(1)};
  Option<std::int64_t> flush_ms{
      *this,
      {"flush.ms", "After how long the log is synced.", change, enforced, "log.flush.interval.ms"},
      std::numeric_limits<std::int64_t>::max(),
      at_least<std::int64_t>(0)};
  Option<OptionList> follower_replication_throttled_replicas{
      *this,
      {"follower.replication.throttled.replicas", "Replicas whose catching up is throttled.",
       change, accepted, ""},
      OptionList{}};
  Option<std::int32_t> index_interval_bytes{
      *this,
      {"index.interval.bytes", "How many bytes lie between two index entries.", change, enforced,
       "log.index.interval.bytes"},
      4096,
      at_least<std::int32_t>(0)};
  Option<std::string> durability{
      *this,
      {"odradek.durability",
       "What a record that is committed has outlived: disk, a power cut; os, like Kafka's, the end "
       "of the process.",
       change, enforced, "odradek.durability"},
      "disk",
      {.one_of = {"disk", "os"}}};
  Option<OptionList> leader_replication_throttled_replicas{
      *this,
      {"leader.replication.throttled.replicas", "Replicas whose feeding is throttled.", change,
       accepted, ""},
      OptionList{}};
  Option<std::int64_t> local_retention_bytes{
      *this,
      {"local.retention.bytes", "Tiered storage: size kept locally; -2 is retention.bytes.", change,
       accepted, "log.local.retention.bytes"},
      -2,
      at_least<std::int64_t>(-2)};
  Option<std::int64_t> local_retention_ms{
      *this,
      {"local.retention.ms", "Tiered storage: time kept locally; -2 is retention.ms.", change,
       accepted, "log.local.retention.ms"},
      -2,
      at_least<std::int64_t>(-2)};
  Option<std::int64_t> max_compaction_lag_ms{
      *this,
      {"max.compaction.lag.ms", "The longest that a record may stay uncompacted.", change, enforced,
       "log.cleaner.max.compaction.lag.ms"},
      std::numeric_limits<std::int64_t>::max(),
      at_least<std::int64_t>(1)};
  Option<std::int32_t> max_message_bytes{
      *this,
      {"max.message.bytes", "The largest batch that is taken, as it travels, compressed.", change,
       enforced, "message.max.bytes"},
      1048588,
      at_least<std::int32_t>(0)};
  Option<std::int64_t> message_timestamp_after_max_ms{
      *this,
      {"message.timestamp.after.max.ms",
       "How far ahead of the clock of the broker the timestamp of a record may be.", change,
       enforced, "log.message.timestamp.after.max.ms"},
      3600000,
      at_least<std::int64_t>(0)};
  Option<std::int64_t> message_timestamp_before_max_ms{
      *this,
      {"message.timestamp.before.max.ms",
       "How far behind the clock of the broker the timestamp of a record may be.", change, enforced,
       "log.message.timestamp.before.max.ms"},
      std::numeric_limits<std::int64_t>::max(),
      at_least<std::int64_t>(0)};
  Option<std::string> message_timestamp_type{
      *this,
      {"message.timestamp.type",
       "Whether records keep the timestamps of their producers or get that of their appending.",
       change, enforced, "log.message.timestamp.type"},
      "CreateTime",
      {.one_of = {"CreateTime", "LogAppendTime"}}};
  Option<double> min_cleanable_dirty_ratio{
      *this,
      {"min.cleanable.dirty.ratio",
       "The share of uncompacted bytes from which on a log is compacted.", change, enforced,
       "log.cleaner.min.cleanable.ratio"},
      0.5,
      {0, 1}};
  Option<std::int64_t> min_compaction_lag_ms{
      *this,
      {"min.compaction.lag.ms", "The shortest that a record stays uncompacted.", change, enforced,
       "log.cleaner.min.compaction.lag.ms"},
      0,
      at_least<std::int64_t>(0)};
  Option<std::int32_t> min_insync_replicas{
      *this,
      {"min.insync.replicas", "How many replicas must be in sync for acks=all to be taken.", change,
       enforced, "min.insync.replicas"},
      1,
      at_least<std::int32_t>(1)};
  Option<bool> preallocate{*this,
                           {"preallocate", "Whether segment files are allocated at full size.",
                            change, accepted, "log.preallocate"},
                           false};
  Option<bool> remote_log_copy_disable{
      *this,
      {"remote.log.copy.disable", "Tiered storage: whether copying stops.", change, accepted, ""},
      false};
  Option<bool> remote_log_delete_on_disable{
      *this,
      {"remote.log.delete.on.disable",
       "Tiered storage: whether remote segments go when it is switched off.", change, accepted, ""},
      false};
  Option<bool> remote_storage_enable{
      *this,
      {"remote.storage.enable", "Tiered storage: whether it is on.", change, accepted, ""},
      false};
  Option<std::int64_t> retention_bytes{
      *this,
      {"retention.bytes", "The size above which old segments are deleted; -1 is no limit.", change,
       enforced, "log.retention.bytes"},
      -1};
  Option<std::int64_t> retention_ms{
      *this,
      {"retention.ms", "The age above which old segments are deleted; -1 is no limit.", change,
       enforced, "log.retention.ms"},
      7 * 24LL * 3600 * 1000,
      at_least<std::int64_t>(-1)};
  Option<std::int32_t> segment_bytes{*this,
                                     {"segment.bytes", "The size at which a segment is rolled.",
                                      change, enforced, "log.segment.bytes"},
                                     1 << 30,
                                     at_least<std::int32_t>(1 << 20)};
  Option<std::int32_t> segment_index_bytes{
      *this,
      {"segment.index.bytes", "The size that the index of a segment may reach.", change, accepted,
       "log.index.size.max.bytes"},
      10 << 20,
      at_least<std::int32_t>(4)};
  Option<std::int64_t> segment_jitter_ms{
      *this,
      {"segment.jitter.ms", "A random time by which segment.ms is shortened.", change, accepted,
       "log.roll.jitter.ms"},
      0,
      at_least<std::int64_t>(0)};
  Option<std::int64_t> segment_ms{
      *this,
      {"segment.ms", "The age at which a segment is rolled.", change, enforced, "log.roll.ms"},
      7 * 24LL * 3600 * 1000,
      at_least<std::int64_t>(1)};
  Option<bool> unclean_leader_election_enable{
      *this,
      {"unclean.leader.election.enable", "Whether a replica that is not in sync may lead.", change,
       accepted, "unclean.leader.election.enable"},
      false};
};

// Sets the options to what holds for a topic: `configs` over what `broker_defaults` say. Values
// that an older broker let in and this one would not are left at the default.
void set_for_topic(TopicOptions& options, const TopicOptions& broker_defaults,
                   const Configs& configs);

// What the options mean to a log.
log::LogConfig log_config(const TopicOptions& options);

// Whether values go together that each may be; Fault::invalid where they do not. Kafka:
// LogConfig.validateValues.
Result<> check_together(const TopicOptions& options);

}  // namespace odradek::meta
