// SPDX-License-Identifier: Apache-2.0
#include "broker/handlers/handlers.h"
#include "broker/node.h"

#include <set>
#include <utility>

// OffsetFetch: what is committed for one group or many, for some partitions or all. Where nothing
// is committed the offset is -1, without an error. Kafka: KafkaApis.handleOffsetFetchRequest,
// OffsetMetadataManager.fetchOffsets.
namespace odradek::broker {

using wire::ErrorCode;
using wire::OffsetFetchRequest;
using wire::OffsetFetchResponse;

namespace {

constexpr wire::Version first_with_error_for_all = 2;
constexpr wire::Version first_with_groups = 8;
constexpr wire::Version first_offsets_with_ids = 10;

using OffsetFetchRequestGroup = OffsetFetchRequest::OffsetFetchRequestGroup;
using OffsetFetchRequestTopics = OffsetFetchRequestGroup::OffsetFetchRequestTopics;
using OffsetFetchResponseGroup = OffsetFetchResponse::OffsetFetchResponseGroup;
using OffsetFetchResponseTopics = OffsetFetchResponseGroup::OffsetFetchResponseTopics;
using OffsetFetchResponsePartitions = OffsetFetchResponseTopics::OffsetFetchResponsePartitions;

OffsetFetchResponsePartitions nothing(PartitionId id, ErrorCode error = ErrorCode::none) {
  OffsetFetchResponsePartitions partition;
  partition.partition_index = id;
  partition.committed_offset = Offset{-1};
  partition.metadata = "";
  partition.error_code = error;
  return partition;
}

OffsetFetchResponsePartitions committed(PartitionId id, const group::OffsetCommitValue& value) {
  OffsetFetchResponsePartitions partition;
  partition.partition_index = id;
  partition.committed_offset = value.offset;
  partition.committed_leader_epoch = value.leader_epoch;
  partition.metadata = value.metadata;
  return partition;
}

// An offset that was committed for an earlier topic of the same name says nothing about this one.
bool is_of_another(const group::OffsetCommitValue& value, const Uuid& wanted) {
  return !value.topic_id.is_zero() && !wanted.is_zero() && value.topic_id != wanted;
}

class FetchHandler {
 public:
  FetchHandler(Node& node, wire::Version version, bool must_be_stable)
      : node_(node), by_id_(version >= first_offsets_with_ids), must_be_stable_(must_be_stable) {}

  OffsetFetchResponseGroup operator()(const OffsetFetchRequestGroup& wanted) {
    OffsetFetchResponseGroup group;
    group.group_id = wanted.group_id;
    const auto found = node_.groups().find(wanted.group_id);
    group.error_code = found.error;
    if (!found.shard) return group;
    const group::Coordinator& coordinator = found.shard->coordinator;
    if (!wanted.topics) {
      group.topics = all(coordinator, wanted.group_id);
    } else {
      for (const OffsetFetchRequestTopics& topic : *wanted.topics) {
        group.topics.push_back(some(coordinator, wanted.group_id, topic));
      }
    }
    return group;
  }

 private:
  std::vector<OffsetFetchResponseTopics> all(const group::Coordinator& coordinator,
                                             const std::string& group) const {
    std::vector<OffsetFetchResponseTopics> topics;
    for (const auto& [name, partitions] : coordinator.offsets_of(group)) {
      const auto known = node_.view().find(name);
      if (by_id_ && !known) continue;  // there is no id to tell it by
      OffsetFetchResponseTopics& topic = topics.emplace_back();
      topic.name = name;
      if (known) topic.topic_id = known->id;
      for (const auto& [id, value] : partitions) {
        const bool is_current = !by_id_ || !is_of_another(value, topic.topic_id);
        if (!is_current) continue;
        topic.partitions.push_back(must_wait(coordinator, {group, name, id})
                                       ? nothing(id, ErrorCode::unstable_offset_commit)
                                       : committed(id, value));
      }
    }
    return topics;
  }

  OffsetFetchResponseTopics some(const group::Coordinator& coordinator, const std::string& group,
                                 const OffsetFetchRequestTopics& wanted) const {
    OffsetFetchResponseTopics topic;
    topic.topic_id = wanted.topic_id;
    const auto known = by_id_ ? node_.view().find(wanted.topic_id) : meta::TopicPtr();
    topic.name = known ? known->name : wanted.name;
    for (const PartitionId id : wanted.partition_indexes) {
      if (by_id_ && !known) {
        topic.partitions.push_back(nothing(id, ErrorCode::unknown_topic_id));
        continue;
      }
      if (must_wait(coordinator, {group, topic.name, id})) {
        topic.partitions.push_back(nothing(id, ErrorCode::unstable_offset_commit));
        continue;
      }
      const auto* const value = coordinator.find_offset(group, topic.name, id);
      const bool is_there = value && !is_of_another(*value, wanted.topic_id);
      topic.partitions.push_back(is_there ? committed(id, *value) : nothing(id));
    }
    return topic;
  }

  bool must_wait(const group::Coordinator& coordinator, const group::OffsetCommitKey& key) const {
    return must_be_stable_ && coordinator.is_unstable(key);
  }

  Node& node_;
  bool by_id_;
  bool must_be_stable_;  // KIP-447
};

// What is asked of the one group, in the form that newer versions have for many.
OffsetFetchRequestGroup the_one_group(const OffsetFetchRequest& request) {
  OffsetFetchRequestGroup wanted;
  wanted.group_id = request.group_id;
  if (!request.topics) return wanted;
  wanted.topics.emplace();
  for (const auto& topic : *request.topics) {
    wanted.topics->push_back({topic.name, {}, topic.partition_indexes});
  }
  return wanted;
}

// Before version 2 an error stands at each partition.
void spread_error(OffsetFetchResponse& response, const OffsetFetchRequest& request) {
  if (!request.topics) return;
  for (const auto& topic : *request.topics) {
    auto& answered = response.topics.emplace_back();
    answered.name = topic.name;
    for (const PartitionId id : topic.partition_indexes) {
      answered.partitions.push_back(
          {id, Offset{-1}, none_of<LeaderEpoch>, "", response.error_code});
    }
  }
}

OffsetFetchResponse as_one_group(OffsetFetchResponseGroup group) {
  OffsetFetchResponse response;
  response.error_code = group.error_code;
  for (OffsetFetchResponseTopics& topic : group.topics) {
    auto& answered = response.topics.emplace_back();
    answered.name = std::move(topic.name);
    for (OffsetFetchResponsePartitions& each : topic.partitions) {
      answered.partitions.push_back({each.partition_index, each.committed_offset,
                                     each.committed_leader_epoch, std::move(each.metadata),
                                     each.error_code});
    }
  }
  return response;
}

}  // namespace

void handle(const OffsetFetchRequest& request, const ExchangePtr& exchange) {
  const wire::Version version = exchange->version();
  FetchHandler fetch(exchange->node(), version, request.require_stable);
  OffsetFetchResponse response;
  if (version >= first_with_groups) {
    std::set<std::string_view> all_of;  // the groups of which everything is in the answer
    for (const OffsetFetchRequestGroup& wanted : request.groups) {
      const bool is_repeated = !wanted.topics && !all_of.insert(wanted.group_id).second;
      if (!is_repeated) response.groups.push_back(fetch(wanted));
    }
  } else {
    response = as_one_group(fetch(the_one_group(request)));
    const bool has_failed = response.error_code != ErrorCode::none;
    if (has_failed && version < first_with_error_for_all) spread_error(response, request);
  }
  answer<OffsetFetchRequest>(*exchange, response);
}

}  // namespace odradek::broker
