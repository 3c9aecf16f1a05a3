// SPDX-License-Identifier: Apache-2.0
#include "client/group_offsets.h"

#include "wire/08_offset_commit.h"
#include "wire/09_offset_fetch.h"

namespace odradek::client {

using wire::ErrorCode;

namespace {

constexpr wire::Version newest_of_one_group = 7;
constexpr wire::Version newest_with_names = 9;

// Asks the coordinator until the answer is not one that passes.
template <class Request>
Result<Answer<typename Request::Response>> ask_coordinator(
    Cluster& cluster, const std::string& group, const Request& request, wire::Version newest,
    ErrorCode (*error_of)(const typename Request::Response&)) {
  Result<Answer<typename Request::Response>> answer =
      Error{Fault::unreachable, "no coordinator of group " + group};
  cluster.repeat([&] {
    const auto broker = cluster.coordinator(group);
    if (!broker) {
      answer = broker.error();
      return ErrorCode::none;
    }
    answer = (*broker)->ask(request, newest);
    return answer ? error_of(**answer) : ErrorCode::none;
  });
  return answer;
}

ErrorCode first_error(const wire::OffsetCommitResponse& response) {
  for (const auto& topic : response.topics) {
    for (const auto& partition : topic.partitions) {
      if (partition.error_code != ErrorCode::none) return partition.error_code;
    }
  }
  return ErrorCode::none;
}

Result<Offsets> fetch(Cluster& cluster, const std::string& group,
                      const wire::OffsetFetchRequest& request) {
  TRY(const auto answer,
      ask_coordinator(
          cluster, group, request, newest_of_one_group,
          +[](const wire::OffsetFetchResponse& told) { return told.error_code; }));
  TRY(outcome(answer->error_code, {}, "group " + group));
  Offsets offsets;
  for (const auto& topic : answer->topics) {
    for (const auto& partition : topic.partitions) {
      TRY(outcome(partition.error_code, {}, "group " + group + ", topic " + topic.name));
      if (partition.committed_offset.value < 0) continue;
      offsets[{topic.name, partition.partition_index}] = partition.committed_offset;
    }
  }
  return offsets;
}

}  // namespace

Result<Offsets> committed_offsets(Cluster& cluster, const std::string& group,
                                  const std::vector<TopicPartition>& partitions) {
  wire::OffsetFetchRequest request{.group_id = group};
  request.topics.emplace();
  for (const TopicPartition& each : partitions) {
    auto& topics = *request.topics;
    if (topics.empty() || topics.back().name != each.topic) topics.emplace_back().name = each.topic;
    topics.back().partition_indexes.push_back(each.partition);
  }
  return fetch(cluster, group, request);
}

Result<Offsets> all_committed_offsets(Cluster& cluster, const std::string& group) {
  return fetch(cluster, group, {.group_id = group});
}

Result<> commit_offsets(Cluster& cluster, const std::string& group, const Offsets& offsets) {
  wire::OffsetCommitRequest request;
  request.group_id = group;
  for (const auto& [place, offset] : offsets) {
    if (request.topics.empty() || request.topics.back().name != place.topic) {
      request.topics.emplace_back().name = place.topic;
    }
    auto& partition = request.topics.back().partitions.emplace_back();
    partition.partition_index = place.partition;
    partition.committed_offset = offset;
    partition.committed_metadata = "";
  }
  TRY(const auto answer, ask_coordinator(cluster, group, request, newest_with_names, &first_error));
  const ErrorCode error = first_error(*answer);
  // What Kafka says where a group has members.
  if (error == ErrorCode::unknown_member_id) {
    return Error{Fault::refused, "group " + group + " has members: stop them first"};
  }
  return outcome(error, {}, "group " + group);
}

}  // namespace odradek::client
