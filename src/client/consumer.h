// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.h"
#include "base/ids.h"
#include "base/result.h"
#include "client/cluster.h"
#include "wire/01_fetch.h"
#include "wire/decompressor.h"
#include "wire/isolation_level.h"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace odradek::client {

struct TopicPartition {
  std::string topic;
  PartitionId partition;
  friend auto operator<=>(const TopicPartition&, const TopicPartition&) = default;
  std::string text() const { return topic + "-" + std::to_string(partition.value); }
};

// A record as it was read; owns its bytes.
struct ConsumerRecord {
  TopicPartition from;
  Offset offset;
  LeaderEpoch leader_epoch;  // of the leader that wrote it
  Timestamp timestamp;
  bool has_log_append_time = false;  // the broker's, not the producer's
  std::optional<Buffer> key;
  std::optional<Buffer> value;
  std::vector<std::pair<std::string, std::optional<std::string>>> headers;
};

// Offsets of partitions by time (ListOffsets): a timestamp, or one of these.
inline constexpr Timestamp latest{-1};
inline constexpr Timestamp earliest{-2};
using Offsets = std::map<TopicPartition, Offset>;
// Absent where no record is that young. Leaders are asked, each once. `committed_only` counts to
// the last stable offset.
using wire::IsolationLevel;
Result<Offsets> offsets_at(Cluster& cluster, const std::vector<TopicPartition>& partitions,
                           Timestamp time,
                           IsolationLevel isolation = IsolationLevel::read_uncommitted);
// The same for a table that is to be shown whatever is missing: topic by topic, without those that
// cannot be asked.
Offsets ends_where_known(Cluster& cluster, const std::vector<TopicPartition>& partitions);
// Every partition of a topic.
Result<std::vector<TopicPartition>> partitions_of(
    Cluster& cluster, const std::string& topic,
    Cluster::AutoCreate create = Cluster::AutoCreate::no);

// Reads partitions from given offsets on, record by record. Control records are left out, and with
// read_committed those of aborted transactions.
class Consumer {
 public:
  // Where partitions go on whose position is gone, or not there yet (auto.offset.reset).
  using Reset = std::function<Result<Offsets>(const std::vector<TopicPartition>&)>;

  // Without a `reset` they go on at the beginning of what there is.
  Consumer(Cluster& cluster, IsolationLevel isolation, Reset reset = {})
      : cluster_(cluster),
        isolation_(isolation),
        reset_(std::move(reset)),
        patience_(cluster.settings().timeout) {}

  void assign(Offsets positions) { positions_ = std::move(positions); }
  const Offsets& positions() const { return positions_; }

  // What there is, or what comes in the next `wait`; maybe nothing. A leader that cannot be reached
  // is waited for, up to the cluster's timeout after the last answer, or as long as is said here.
  Result<std::vector<ConsumerRecord>> poll(Milliseconds wait);
  void set_patience(Milliseconds most) { patience_ = Patience(most); }
  // What happens with topics that are deleted: poll() fails, or goes on without them until there is
  // one of the name again.
  enum class Deleted { fail, wait };
  void set_deleted(Deleted deleted) { deleted_ = deleted; }
  // Offsets that the last poll() learnt: one past the last record that can be read.
  const Offsets& ends() const { return ends_; }

 private:
  using Data = wire::FetchResponse::FetchableTopicResponse::PartitionData;

  Result<std::vector<ConsumerRecord>> try_poll(Milliseconds wait);
  Result<> find_leaders();
  Result<> fetch(NodeId leader, const std::vector<TopicPartition>& partitions, Milliseconds wait,
                 std::vector<ConsumerRecord>& records);
  Result<> take(const TopicPartition& from, const Data& data, std::vector<ConsumerRecord>& records);
  Result<> take_batches(const TopicPartition& from, const Data& data, Bytes bytes,
                        std::vector<ConsumerRecord>& records);
  Result<> take_batch(const TopicPartition& from, Bytes batch,
                      std::vector<ConsumerRecord>& records);
  Result<> reset(const TopicPartition& partition);

  Cluster& cluster_;
  IsolationLevel isolation_;
  Reset reset_;
  Deleted deleted_ = Deleted::fail;
  Offsets positions_;
  Offsets ends_;
  std::map<TopicPartition, NodeId> leaders_;
  std::size_t next_leader_ = 0;
  Patience patience_;
  wire::Decompressor decompressor_;
};

}  // namespace odradek::client
