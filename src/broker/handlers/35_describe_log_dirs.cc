// SPDX-License-Identifier: Apache-2.0
#include "broker/handlers/handlers.h"
#include "broker/node.h"

#include <sys/statvfs.h>

// DescribeLogDirs: the data directory, the size of every log in it, and of the disk. Kafka:
// ReplicaManager.describeLogDirs.
namespace odradek::broker {

using wire::DescribeLogDirsRequest;
using wire::DescribeLogDirsResponse;

namespace {

using Directory = DescribeLogDirsResponse::DescribeLogDirsResult;

bool is_asked_for(const DescribeLogDirsRequest& request, const Partition& partition) {
  if (!request.topics) return true;
  for (const auto& topic : *request.topics) {
    if (topic.topic != partition.topic().name) continue;
    for (const PartitionId id : topic.partitions) {
      if (id == partition.id()) return true;
    }
  }
  return false;
}

void add(Directory& directory, Partition& partition) {
  const auto size = partition.size_on_disk();
  if (!size) return;  // offline: Kafka leaves it out too
  auto& topics = directory.topics;
  if (topics.empty() || topics.back().name != partition.topic().name) {
    topics.emplace_back().name = partition.topic().name;
  }
  auto& answer = topics.back().partitions.emplace_back();
  answer.partition_index = partition.id();
  answer.partition_size = *size;
}

void add_volume(Directory& directory, const std::string& path) {
  struct statvfs volume {};
  if (::statvfs(path.c_str(), &volume) != 0) return;
  const auto block = static_cast<std::int64_t>(volume.f_frsize);
  directory.total_bytes = static_cast<std::int64_t>(volume.f_blocks) * block;
  directory.usable_bytes = static_cast<std::int64_t>(volume.f_bavail) * block;
}

}  // namespace

void handle(const DescribeLogDirsRequest& request, const ExchangePtr& exchange) {
  Node& node = exchange->node();
  node.commit();
  DescribeLogDirsResponse response;
  Directory& directory = response.results.emplace_back();
  directory.log_dir = node.directory().absolute_path();
  node.partitions().for_each([&](Partition& partition) {
    if (is_asked_for(request, partition)) add(directory, partition);
  });
  add_volume(directory, node.directory().path());
  answer<DescribeLogDirsRequest>(*exchange, response);
}

}  // namespace odradek::broker
