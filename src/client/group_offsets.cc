// SPDX-License-Identifier: Apache-2.0
#include "client/group_offsets.h"

#include "wire/09_offset_fetch.h"

namespace odradek::client {

using wire::ErrorCode;

namespace {

constexpr wire::Version newest_of_one_group = 7;

ErrorCode first_error(const wire::OffsetCommitResponse& response) {
  for (const auto& topic : response.topics) {
    for (const auto& partition : topic.partitions) {
      if (partition.error_code != ErrorCode::none) return partition.error_code;
    }
  }
  return ErrorCode::none;
}

Result<Commits> fetch(Cluster& cluster, const std::string& group,
                      const wire::OffsetFetchRequest& request) {
  TRY(const auto answer,
      cluster.ask_coordinator(
          group, request, +[](const wire::OffsetFetchResponse& told) { return told.error_code; },
          newest_of_one_group));
  TRY(outcome(answer->error_code, {}, "group " + group));
  Commits commits;
  for (const auto& topic : answer->topics) {
    for (const auto& partition : topic.partitions) {
      TRY(outcome(partition.error_code, {}, "group " + group + ", topic " + topic.name));
      if (partition.committed_offset.value < 0) continue;
      commits[{topic.name, partition.partition_index}] = {partition.committed_offset,
                                                          partition.committed_leader_epoch};
    }
  }
  return commits;
}

Result<Offsets> offsets_of(const Result<Commits>& commits) {
  if (!commits) return commits.error();
  Offsets offsets;
  for (const auto& [place, commit] : *commits) offsets[place] = commit.offset;
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
  return offsets_of(fetch(cluster, group, request));
}

Result<Offsets> all_committed_offsets(Cluster& cluster, const std::string& group) {
  return offsets_of(all_commits(cluster, group));
}

Result<Commits> all_commits(Cluster& cluster, const std::string& group) {
  return fetch(cluster, group, {.group_id = group});
}

wire::OffsetCommitRequest commit_request(const std::string& group, const Commits& commits) {
  wire::OffsetCommitRequest request;
  request.group_id = group;
  for (const auto& [place, commit] : commits) {
    if (request.topics.empty() || request.topics.back().name != place.topic) {
      request.topics.emplace_back().name = place.topic;
    }
    auto& partition = request.topics.back().partitions.emplace_back();
    partition.partition_index = place.partition;
    partition.committed_offset = commit.offset;
    partition.committed_leader_epoch = commit.leader_epoch;
    partition.committed_metadata = "";
  }
  return request;
}

Result<> commit_offsets(Cluster& cluster, const std::string& group, const Offsets& offsets) {
  Commits commits;
  for (const auto& [place, offset] : offsets) commits[place] = {offset};
  TRY(const auto answer, cluster.ask_coordinator(group, commit_request(group, commits),
                                                 &first_error, newest_commit_with_names));
  const ErrorCode error = first_error(*answer);
  // What Kafka says where a group has members.
  if (error == ErrorCode::unknown_member_id) {
    return Error{Fault::refused, "group " + group + " has members: stop them first"};
  }
  return outcome(error, {}, "group " + group);
}

}  // namespace odradek::client
