// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace odradek::group {

using std::chrono::milliseconds;

// The broker's settings for groups; the defaults are Kafka's (GroupCoordinatorConfig).
struct GroupConfig {
  std::size_t max_size = std::numeric_limits<std::int32_t>::max();
  milliseconds initial_rebalance_delay{3000};
  milliseconds min_session_timeout{6000};
  milliseconds max_session_timeout{1800000};
  milliseconds offsets_retention{std::chrono::hours{24 * 7}};
  std::size_t offset_metadata_max_bytes = 4096;
  // The largest record that the log takes; what is larger cannot be persisted.
  std::size_t max_record_bytes = std::numeric_limits<std::size_t>::max();
};

// A new member that waits for its first rebalance cannot send heartbeats yet; if it is still there
// after this time it asks again.
inline constexpr milliseconds new_member_join_timeout{5 * 60 * 1000};

// A join phase that nobody has come to is prolonged by the members' own time-out, which may be
// nothing, but by no less than this.
inline constexpr milliseconds shortest_prolongation{1000};

// What one OffsetCommit may add to the log; the offsets behind it are refused.
inline constexpr std::size_t max_commit_bytes = std::size_t{16} << 20;

// Member ids that were handed out and not used yet, for one group. Beyond that the oldest is
// forgotten, and whoever had it begins again.
inline constexpr std::size_t max_pending_members = 10000;

}  // namespace odradek::group
