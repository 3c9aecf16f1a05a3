// SPDX-License-Identifier: Apache-2.0
#include "meta/topic_options.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace odradek::meta {
namespace {

std::optional<wire::Codec> codec_of(const std::string& compression_type) {
  if (compression_type == "uncompressed") return wire::Codec::none;
  return wire::parse_codec(compression_type);  // none for "producer"
}

wire::CompressionLevel level_of(const TopicOptions& options, std::optional<wire::Codec> codec) {
  if (codec == wire::Codec::gzip && *options.compression_gzip_level != -1) {
    return {*options.compression_gzip_level, false};
  }
  if (codec == wire::Codec::lz4) return {*options.compression_lz4_level, false};
  if (codec == wire::Codec::zstd) return {*options.compression_zstd_level, false};
  return {};
}

}  // namespace

void set_for_topic(TopicOptions& options, const TopicOptions& broker_defaults,
                   const Configs& configs) {
  for (std::size_t i = 0; i < options.options().size(); ++i) {
    OptionBase& option = *options.options()[i];
    option.reset();
    const auto inherited = broker_defaults.options()[i]->text();
    if (inherited) (void)option.set(*inherited);
    const auto own = configs.find(option.about().name);
    if (own != configs.end()) (void)option.set(own->second);
  }
}

Result<> check_together(const TopicOptions& options) {
  const std::int64_t least = *options.min_compaction_lag_ms;
  const std::int64_t most = *options.max_compaction_lag_ms;
  if (least <= most) return {};
  return Error{Fault::invalid,
               fmt::format("conflict topic config setting min.compaction.lag.ms ({}) > "
                           "max.compaction.lag.ms ({})",
                           least, most)};
}

log::LogConfig log_config(const TopicOptions& options) {
  // So that records do not wait in the last segment (Kafka: LogConfig.maxSegmentMs).
  const auto& policies = *options.cleanup_policy;
  const bool is_compacted = std::count(policies.begin(), policies.end(), "compact") > 0;
  const std::int64_t segment_ms =
      is_compacted ? std::min(*options.segment_ms, *options.max_compaction_lag_ms)
                   : *options.segment_ms;
  const auto compression = codec_of(*options.compression_type);
  return {.segment_bytes = *options.segment_bytes,
          .segment_ms = segment_ms,
          .index_interval_bytes = *options.index_interval_bytes,
          .max_message_bytes = *options.max_message_bytes,
          .is_compacted = is_compacted,
          .min_cleanable_dirty_ratio = *options.min_cleanable_dirty_ratio,
          .min_compaction_lag_ms = *options.min_compaction_lag_ms,
          .max_compaction_lag_ms = *options.max_compaction_lag_ms,
          .delete_retention_ms = *options.delete_retention_ms,
          .is_deleted = std::count(policies.begin(), policies.end(), "delete") > 0,
          .retention_ms = *options.retention_ms,
          .retention_bytes = *options.retention_bytes,
          .min_insync_replicas = *options.min_insync_replicas,
          .has_log_append_time = *options.message_timestamp_type == "LogAppendTime",
          .timestamp_before_max_ms = *options.message_timestamp_before_max_ms,
          .timestamp_after_max_ms = *options.message_timestamp_after_max_ms,
          .is_durable = *options.durability == "disk",
          .flush_messages = *options.flush_messages,
          .flush_ms = *options.flush_ms,
          .compression = compression,
          .compression_level = level_of(options, compression)};
}

}  // namespace odradek::meta
