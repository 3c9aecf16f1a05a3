// SPDX-License-Identifier: Apache-2.0
#include "command/kafka_tools/subscription.h"

#include <algorithm>
#include <utility>

namespace odradek::command::kafka_tools {

using client::TopicPartition;
using std::chrono::steady_clock;

Result<Subscription> Subscription::make(client::Cluster& cluster, Wish wish) {
  Subscription subscription(cluster, std::move(wish));
  TRY(subscription.partitions_, subscription.look());
  subscription.plan_next_look();
  return subscription;
}

std::vector<std::string> Subscription::topics() const {
  std::vector<std::string> names;
  for (const TopicPartition& each : partitions_) {
    if (names.empty() || names.back() != each.topic) names.push_back(each.topic);
  }
  return names;
}

Result<bool> Subscription::has_changed() {
  if (steady_clock::now() < next_look_) return false;
  auto found = look();
  const bool passes = !found && (found.error().fault == Fault::unreachable ||
                                 found.error().fault == Fault::not_found);
  if (!found && !passes) return found.error();
  plan_next_look();
  if (!found || *found == partitions_) return false;
  partitions_ = std::move(*found);
  return true;
}

// Until there is a topic, one may come any moment.
void Subscription::plan_next_look() {
  constexpr client::Milliseconds second(1000);
  next_look_ =
      steady_clock::now() + (partitions_.empty() ? std::min(wish_.age, second) : wish_.age);
}

Result<Subscription::Partitions> Subscription::look() const {
  if (wish_.pattern) return matches();
  TRY(auto partitions, client::partitions_of(*cluster_, wish_.topic, wish_.create));
  if (!wish_.partition) return partitions;
  std::erase_if(partitions, [&](const TopicPartition& each) {
    return each.partition.value != *wish_.partition;
  });
  if (!partitions.empty()) return partitions;
  return Error{Fault::not_found,
               "topic " + wish_.topic + " has no partition " + std::to_string(*wish_.partition)};
}

Result<Subscription::Partitions> Subscription::matches() const {
  TRY(const auto metadata, cluster_->metadata_of_all());
  Partitions partitions;
  for (const auto& topic : metadata.topics) {
    const std::string name = topic.name.value_or("");
    const bool is_hidden = topic.is_internal && wish_.hides_internal;
    if (is_hidden || !wish_.pattern->matches(name)) continue;
    for (const auto& each : topic.partitions) partitions.push_back({name, each.partition_index});
  }
  std::sort(partitions.begin(), partitions.end());
  return partitions;
}

}  // namespace odradek::command::kafka_tools
