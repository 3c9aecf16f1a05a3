// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.h"
#include "base/result.h"
#include "client/cluster.h"
#include "client/consumer.h"
#include "client/group_offsets.h"

#include <chrono>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace odradek::client {

// What members tell each other about topics and partitions ("consumer" protocol). Kafka:
// ConsumerProtocol.
Buffer encode_subscription(const std::vector<std::string>& topics);
std::vector<std::string> decode_subscription(Bytes subscription);
Buffer encode_assignment(const std::vector<TopicPartition>& partitions);
std::vector<TopicPartition> decode_assignment(Bytes assignment);

// A member of a classic consumer group with the range assignor. Its owner calls keep_up() often
// enough for its session not to end, and takes the assignment anew when that says so.
class GroupMember {
 public:
  GroupMember(Cluster& cluster, std::string group, std::vector<std::string> topics)
      : cluster_(cluster), group_(std::move(group)), topics_(std::move(topics)) {}

  Result<> join();
  // To other topics: keep_up() joins again.
  void subscribe(std::vector<std::string> topics);
  // Heartbeats when it is time; true where there is another assignment.
  Result<bool> keep_up();
  const std::vector<TopicPartition>& assignment() const { return assignment_; }
  Result<> commit(const Commits& commits);
  Result<> leave();

 private:
  Result<bool> is_over();  // the generation
  Result<wire::ErrorCode> try_to_join();
  Result<wire::ErrorCode> sync(const std::vector<std::pair<std::string, Buffer>>& assignments);
  Result<std::vector<std::pair<std::string, Buffer>>> assign(
      const std::map<std::string, std::vector<std::string>>& subscriptions);

  Cluster& cluster_;
  std::string group_;
  std::vector<std::string> topics_;
  std::string member_;
  GenerationId generation_{-1};
  std::vector<TopicPartition> assignment_;
  std::chrono::steady_clock::time_point next_heartbeat_{};
  bool has_to_join_ = false;  // before it is a member again
};

}  // namespace odradek::client
