// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "client/consumer.h"
#include "command/kafka_tools/tool_options.h"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace odradek::command::kafka_tools {

// Partitions of topics that come, go and grow: looked up anew from time to time, as Kafka's
// consumer does it (metadata.max.age.ms).
class Subscription {
 public:
  // One topic, of which maybe one partition, or those of a pattern.
  struct Wish {
    std::string topic;
    std::optional<int> partition;
    std::optional<TopicFilter> pattern;
    bool hides_internal = true;  // of those of a pattern
    client::Cluster::AutoCreate create = client::Cluster::AutoCreate::yes;
    client::Milliseconds age{300'000};
  };
  static Result<Subscription> make(client::Cluster& cluster, Wish wish);

  const std::vector<client::TopicPartition>& partitions() const { return partitions_; }
  std::vector<std::string> topics() const;
  // Whether there are others than before; only looks when it is time. That nobody answers, or that
  // the topic is gone, is no change.
  Result<bool> has_changed();

 private:
  using Partitions = std::vector<client::TopicPartition>;

  Subscription(client::Cluster& cluster, Wish wish) : cluster_(&cluster), wish_(std::move(wish)) {}

  Result<Partitions> look() const;
  Result<Partitions> matches() const;
  void plan_next_look();

  client::Cluster* cluster_;  // outlives it
  Wish wish_;
  Partitions partitions_;
  std::chrono::steady_clock::time_point next_look_;
};

}  // namespace odradek::command::kafka_tools
