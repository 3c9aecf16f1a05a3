// SPDX-License-Identifier: Apache-2.0
#include "broker/handlers/handlers.h"
#include "broker/node.h"

#include <map>

// AlterReplicaLogDirs: there is one directory, and what is to go there is there. Kafka:
// ReplicaManager.alterReplicaLogDirs.
namespace odradek::broker {

using wire::AlterReplicaLogDirsRequest;
using wire::AlterReplicaLogDirsResponse;
using wire::ErrorCode;

namespace {

// What Kafka puts around a partition's number in the name of the folder that it is moved into: a
// dash, a dot, a random id and "-future" (UnifiedLog.logFutureDirName).
constexpr std::size_t future_suffix = 1 + 1 + 32 + 7;
constexpr std::size_t longest_folder_name = 255;

ErrorCode outcome(Node& node, const std::string& path, const std::string& name, PartitionId id) {
  if (name.size() + std::to_string(id.value).size() + future_suffix > longest_folder_name) {
    return ErrorCode::invalid_topic_exception;
  }
  if (path != node.directory().absolute_path()) return ErrorCode::log_dir_not_found;
  const auto topic = node.view().find(name);
  const bool is_here = topic && node.partitions().replica(topic->id, id);
  return is_here ? ErrorCode::none : ErrorCode::unknown_topic_or_partition;
}

}  // namespace

void handle(const AlterReplicaLogDirsRequest& request, const ExchangePtr& exchange) {
  std::map<std::string, std::map<PartitionId, ErrorCode>> outcomes;
  for (const auto& directory : request.dirs) {
    for (const auto& topic : directory.topics) {
      for (const PartitionId id : topic.partitions) {
        outcomes[topic.name][id] = outcome(exchange->node(), directory.path, topic.name, id);
      }
    }
  }
  AlterReplicaLogDirsResponse response;
  for (const auto& [name, partitions] : outcomes) {
    auto& topic = response.results.emplace_back();
    topic.topic_name = name;
    for (const auto& [id, error] : partitions) topic.partitions.push_back({id, error});
  }
  answer<AlterReplicaLogDirsRequest>(*exchange, response);
}

}  // namespace odradek::broker
