// SPDX-License-Identifier: Apache-2.0
#include "broker/log_syncs.h"

#include "broker/node.h"

#include <memory>

namespace odradek::broker {

void LogSyncs::want(const Partition& partition) {
  wanted_.emplace_back(partition.topic().id, partition.id());
}

void LogSyncs::begin_round() {
  if (is_under_way_ || wanted_.empty()) return;
  const auto jobs = std::make_shared<std::vector<Job>>(take_jobs());
  if (jobs->empty()) return;
  is_under_way_ = true;
  node_.storage_pool().run(
      [jobs]() -> Result<> {
        for (Job& job : *jobs) job.result = job.task.run();
        return {};
      },
      [this, jobs](const Result<>&) { finish_round(*jobs); });
}

std::vector<LogSyncs::Job> LogSyncs::take_jobs() {
  std::vector<Job> jobs;
  for (const auto& [topic_id, id] : std::exchange(wanted_, {})) {
    Partition* const partition = node_.partitions().replica(topic_id, id);
    log::PartitionLog* const log = partition ? partition->open_log() : nullptr;
    if (!log || !log->awaits_sync()) continue;  // it went elsewhere, or is in this round already
    jobs.push_back({topic_id, id, log->plan_sync(), {}});
  }
  return jobs;
}

void LogSyncs::finish_round(const std::vector<Job>& jobs) {
  is_under_way_ = false;
  const Node::Turn turn(node_);
  for (const Job& job : jobs) {
    node_.replication().synced(job.topic_id, job.partition, {*job.task.sync, job.result});
  }
  node_.settle();
  node_.commit();
}

}  // namespace odradek::broker
