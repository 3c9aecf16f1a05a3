// SPDX-License-Identifier: Apache-2.0
#include "broker/fetch_answer.h"

#include "broker/node.h"

#include <algorithm>

namespace odradek::broker {

using wire::ErrorCode;
using wire::FetchRequest;

namespace {

constexpr wire::Version first_with_ids = 13;
// Kafka: before this, a client does not know of racks and is served by leaders only.
constexpr wire::Version first_served_by_followers = 11;

}  // namespace

FetchAnswer::FetchAnswer(const Exchange& exchange, FetchSessions::Context& context,
                         const FetchParams& params)
    : exchange_(exchange),
      node_(exchange.node()),
      context_(context),
      params_(params),
      version_(exchange.version()),
      hints_(exchange.node(), exchange.connection()) {
  response_.session_id = context.session_id();
  auto& items = context.asked();
  std::list<FetchItem> served;  // go to the end, so that the others come first next time
  for (auto item = items.begin(); item != items.end();) {
    const auto here = item++;
    Data data = read(*here);
    const bool has_records = !data.records.slices.empty();
    const bool has_news = has_records || data.error_code != ErrorCode::none ||
                          data.high_watermark != here->told_high_watermark ||
                          data.log_start_offset != here->told_log_start ||
                          data.diverging_epoch != Data::EpochEndOffset{};
    told_.push_back({&*here, data.error_code == ErrorCode::none ? data.high_watermark : Offset{-1},
                     data.log_start_offset});
    if (has_news || !context.is_incremental) add(*here, std::move(data));
    if (has_records && context.session) served.splice(served.end(), items, here);
  }
  items.splice(items.end(), served);
}

PartitionTable::Found FetchAnswer::find(const FetchItem& item) {
  auto& table = node_.partitions();
  if (version_ >= first_with_ids) return table.find_replica(item.topic_id, item.partition);
  return version_ >= first_served_by_followers ? table.find_replica(*item.topic, item.partition)
                                               : table.find(*item.topic, item.partition);
}

FetchAnswer::Data FetchAnswer::read(FetchItem& item) {
  Data data;
  data.partition_index = item.partition;
  data.high_watermark = Offset{-1};
  if (params_.read_committed) data.aborted_transactions.emplace();
  const auto found = find(item);
  data.error_code = found.error;
  if (found.partition) data.error_code = check_epoch(*found.partition, item.current_leader_epoch);
  if (data.error_code == ErrorCode::none) {
    const auto log = found.partition->readable();
    if (!log) {
      data.error_code = ErrorCode::kafka_storage_error;
    } else if (!*log) {
      // Nothing is known yet: the leader is asked, and the fetch may wait for its word.
      readable_.push_back(found.partition);
      node_.replication().follow(*found.partition);
    } else {
      read_log(item, *found.partition, **log, data);
    }
  }
  if (data.error_code != ErrorCode::none) is_urgent_ = true;
  if (data.error_code == ErrorCode::not_leader_or_follower ||
      data.error_code == ErrorCode::fenced_leader_epoch) {
    const auto& view = node_.view();
    const auto topic =
        version_ >= first_with_ids ? view.find(item.topic_id) : view.find(*item.topic);
    hints_.add(data, topic, item.partition);
  }
  return data;
}

void FetchAnswer::read_log(const FetchItem& item, Partition& partition, log::ReadableLog& log,
                           Data& data) {
  data.high_watermark = log.high_watermark();
  data.last_stable_offset = log.last_stable_offset();
  data.log_start_offset = log.log_start_offset();
  if (item.last_fetched_epoch != none_of<LeaderEpoch> && diverges(item, log, data)) {
    is_urgent_ = true;
    return;
  }
  if (item.fetch_offset < log.log_start_offset() || item.fetch_offset > log.high_watermark()) {
    data.error_code = ErrorCode::offset_out_of_range;
  }
  if (data.error_code != ErrorCode::none) {
    data.high_watermark = data.last_stable_offset = data.log_start_offset = Offset{-1};
    return;
  }
  if (is_sent_elsewhere(partition, data)) return;
  readable_.push_back(&partition);
  const std::size_t left = params_.max_bytes - std::min(params_.max_bytes, bytes_);
  const auto asked = static_cast<std::size_t>(std::max(0, item.max_bytes));
  const auto first = bytes_ == 0 ? log::ReadableLog::First::whatever_its_size
                                 : log::ReadableLog::First::only_if_it_fits;
  if (left == 0 && bytes_ > 0) return;
  const Offset end = params_.read_committed ? log.last_stable_offset() : log.high_watermark();
  auto slices = log.read(item.fetch_offset, end, std::min(left, asked), first);
  if (!slices) {
    // A follower's file is gone when the leader has removed it: the client is to ask the leader.
    data.error_code = slices.error().fault == Fault::not_found ? ErrorCode::offset_out_of_range
                                                               : ErrorCode::kafka_storage_error;
    return;
  }
  data.records.slices = std::move(*slices);
  bytes_ += total_size(data.records.slices);
  if (!partition.leads() && data.records.slices.empty()) node_.replication().follow(partition);
}

// A consumer with a replica in its own rack is told to go there, and gets nothing here.
bool FetchAnswer::is_sent_elsewhere(Partition& partition, Data& data) {
  if (params_.rack.empty() || !partition.leads() || !node_.options().selects_replica_by_rack()) {
    return false;
  }
  const auto is_near = [&](NodeId node) {
    const Cluster::Member* const member = node_.cluster().find(node);
    return member && member->rack == params_.rack;
  };
  const auto replicas = node_.view().in_sync_replicas(partition.record());
  const auto near = std::find_if(replicas.begin(), replicas.end(), is_near);
  if (is_near(node_.id()) || near == replicas.end()) return false;
  // So that it has what the client was told of when the client comes.
  node_.replication().inform(partition, *near);
  data.preferred_read_replica = *near;
  is_urgent_ = true;
  return true;
}

// The client's log has an epoch that ours does not have, or not that far (KIP-595).
bool FetchAnswer::diverges(const FetchItem& item, const log::ReadableLog& log, Data& data) const {
  const auto end = log.leader_epochs().end_of(item.last_fetched_epoch, log.high_watermark());
  if (end.epoch == none_of<LeaderEpoch>) {
    data.error_code = ErrorCode::offset_out_of_range;
    return false;
  }
  if (end.epoch >= item.last_fetched_epoch && end.offset >= item.fetch_offset) return false;
  data.diverging_epoch = {.epoch = end.epoch.value, .end_offset = end.offset};
  return true;
}

void FetchAnswer::add(const FetchItem& item, Data data) {
  auto& topics = response_.responses;
  const bool same_topic = !topics.empty() && topics.back().topic == *item.topic &&
                          topics.back().topic_id == item.topic_id;
  if (!same_topic) topics.push_back({.topic = *item.topic, .topic_id = item.topic_id});
  topics.back().partitions.push_back(std::move(data));
}

void FetchAnswer::send(Exchange& exchange) {
  for (const Told& told : told_) {
    told.item->told_high_watermark = told.high_watermark;
    told.item->told_log_start = told.log_start;
  }
  hints_.add_endpoints(response_);
  broker::answer<FetchRequest>(exchange, response_);
}

}  // namespace odradek::broker
