// SPDX-License-Identifier: Apache-2.0
#include "broker/transaction_markers.h"

#include "base/breakage.h"
#include "broker/internal_append.h"
#include "broker/internal_topics.h"
#include "broker/node.h"

#include <spdlog/spdlog.h>

#include <memory>
#include <utility>

namespace odradek::broker {

using txn::TopicPartition;
using wire::ErrorCode;

namespace {

constexpr auto retry_delay = std::chrono::milliseconds(100);

// How the markers of one call go, each in its own time.
struct Writing {
  std::vector<ErrorCode> errors;
  std::size_t left = 0;
  MarkersWritten written;

  void finished(std::size_t index, ErrorCode error) {
    errors[index] = error;
    if (--left == 0) written(errors);
  }
};

void write_marker(Node& node, const log::EndOfTransaction& end, const TopicPartition& where,
                  std::function<void(ErrorCode)> written) {
  const auto found = node.partitions().find(where.topic, where.partition);
  if (found.error != ErrorCode::none) return written(found.error);
  if (where.topic == consumer_offsets) {
    return node.groups().end_transaction(where.partition, end, std::move(written));
  }
  log::EndOfTransaction told = end;
  if (breaks_now(Breakage::torn_marker)) told.marker.result = wire::TransactionResult::abort;
  const ErrorCode refused = append_marker(node, *found.partition, told);
  if (refused != ErrorCode::none) return written(refused);
  node.after_commit(
      {found.partition->staged_end(), [written = std::move(written)](bool is_written) {
         written(is_written ? ErrorCode::none : ErrorCode::kafka_storage_error);
       }});
}

NodeId leader_of(const meta::CatalogueView& view, const TopicPartition& partition) {
  const auto topic = view.find(partition.topic);
  return view.leader_of(topic->partitions[static_cast<std::size_t>(partition.partition.value)]);
}

}  // namespace

void write_markers(Node& node, const log::EndOfTransaction& end,
                   const std::vector<TopicPartition>& partitions, MarkersWritten written) {
  const auto writing = std::make_shared<Writing>();
  writing->errors.resize(partitions.size());
  writing->left = partitions.size();
  writing->written = std::move(written);
  if (partitions.empty()) return writing->written({});
  for (std::size_t i = 0; i < partitions.size(); ++i) {
    write_marker(node, end, partitions[i],
                 [writing, i](ErrorCode error) { writing->finished(i, error); });
  }
}

MarkerSender::MarkerSender(Node& node, Done done)
    : node_(node), done_(std::move(done)), retry_timer_(node.loop()) {}

void MarkerSender::stop() {
  is_stopped_ = true;
  retry_timer_.cancel();
}

void MarkerSender::send(const Source& source, const txn::Ending& ending) {
  if (is_stopped_) return;
  const auto part = [&] {
    return Job{source, {ending.id, ending.producer, ending.result, ending.transaction_version, {}}};
  };
  std::map<NodeId, Job> by_leader;
  Job gone = part();
  for (const TopicPartition& partition : ending.partitions) {
    if (!node_.view().has(partition.topic, partition.partition)) {
      gone.ending.partitions.push_back(partition);
      continue;
    }
    Job& job = by_leader.try_emplace(leader_of(node_.view(), partition), part()).first->second;
    job.ending.partitions.push_back(partition);
  }
  for (auto& [leader, job] : by_leader) {
    // Where nobody leads the catalogue has to change first.
    leader == none_of<NodeId> ? waiting_.push_back(std::move(job))
                              : send_to(leader, std::move(job));
  }
  if (!gone.ending.partitions.empty()) done_(gone.source, gone.ending);
}

void MarkerSender::send_to(NodeId leader, Job job) {
  const std::uint64_t number = ++last_;
  const txn::Ending& ending = job.ending;
  const log::EndOfTransaction end{ending.producer.id,
                                  ending.producer.epoch,
                                  {ending.result, job.source.epoch},
                                  ending.transaction_version};
  const auto partitions = ending.partitions;
  under_way_.emplace(number, std::move(job));
  if (leader != node_.id()) return node_.send(leader, MarkersRequest{number, end, partitions});
  write_markers(node_, end, partitions,
                [this, number](const std::vector<ErrorCode>& errors) { answered(number, errors); });
}

void MarkerSender::receive(const MarkersResponse& response) {
  answered(response.number, response.errors);
}

void MarkerSender::answered(std::uint64_t number, const std::vector<ErrorCode>& errors) {
  auto found = under_way_.extract(number);
  if (!found) return;  // forgotten
  Job& job = found.mapped();
  Job again{job.source, job.ending};
  again.ending.partitions.clear();
  std::vector<TopicPartition> done;
  for (std::size_t i = 0; i < errors.size(); ++i) {
    const TopicPartition& partition = job.ending.partitions[i];
    // The producer has gone on there, so its transaction is not open any more.
    const bool is_done =
        errors[i] == ErrorCode::none || errors[i] == ErrorCode::invalid_producer_epoch;
    (is_done ? done : again.ending.partitions).push_back(partition);
    if (errors[i] == ErrorCode::none) continue;
    spdlog::debug("marker refused id={} topic={} partition={} error={}", job.ending.id,
                  partition.topic, partition.partition.value, static_cast<int>(errors[i]));
  }
  if (!again.ending.partitions.empty()) {
    waiting_.push_back(std::move(again));
    retry_later();
  }
  job.ending.partitions = std::move(done);
  if (!job.ending.partitions.empty()) done_(job.source, job.ending);
}

void MarkerSender::forget(PartitionId shard) {
  std::erase_if(under_way_, [&](const auto& each) { return each.second.source.shard == shard; });
  std::erase_if(waiting_, [&](const Job& job) { return job.source.shard == shard; });
}

void MarkerSender::follow_catalogue() {
  if (!waiting_.empty() && !is_stopped_) retry();
}

void MarkerSender::retry() {
  for (const Job& job : std::exchange(waiting_, {})) send(job.source, job.ending);
}

void MarkerSender::retry_later() {
  if (std::exchange(retries_later_, true)) return;
  retry_timer_.expires_after(retry_delay);
  retry_timer_.async_wait([this](const auto& cancelled) {
    retries_later_ = false;
    if (cancelled) return;
    const Node::Turn turn(node_);
    retry();
    node_.commit();
  });
}

}  // namespace odradek::broker
