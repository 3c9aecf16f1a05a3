// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "wire/compression.h"

#include <cstdint>
#include <limits>
#include <optional>

namespace odradek::log {

// What a topic's configuration means to its logs. Shared by the partitions of a topic; replaced as
// a whole when the configuration changes. Names and defaults are those of Kafka's topic configs.
struct LogConfig {
  std::int32_t segment_bytes = 1 << 30;
  std::int64_t segment_ms = 7LL * 24 * 3600 * 1000;
  std::int32_t index_interval_bytes = 4096;
  std::int32_t max_message_bytes = 1048588;
  bool is_compacted = false;
  double min_cleanable_dirty_ratio = 0.5;
  std::int64_t min_compaction_lag_ms = 0;
  std::int64_t max_compaction_lag_ms = std::numeric_limits<std::int64_t>::max();
  std::int64_t delete_retention_ms = 24LL * 3600 * 1000;
  bool is_deleted = true;             // cleanup.policy has `delete`
  std::int64_t retention_ms = -1;     // -1: for ever
  std::int64_t retention_bytes = -1;  // -1: all
  std::int32_t min_insync_replicas = 1;
  bool has_log_append_time = false;
  std::int64_t timestamp_before_max_ms = std::numeric_limits<std::int64_t>::max();
  std::int64_t timestamp_after_max_ms = 3600LL * 1000;
  // A record is read, and its acks=all answered, once it is on the disk, not before. Else only
  // every so many records, and so long after one was written.
  bool is_durable = false;
  std::int64_t flush_messages = std::numeric_limits<std::int64_t>::max();
  std::int64_t flush_ms = std::numeric_limits<std::int64_t>::max();
  std::optional<wire::Codec> compression;  // empty: as the producer sent it
  wire::CompressionLevel compression_level;
};

// Bytes that a compressed batch may become while the broker looks into it.
inline constexpr std::size_t max_decompressed_batch = std::size_t{64} << 20;

}  // namespace odradek::log
