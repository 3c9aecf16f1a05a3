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
constexpr wire::Version first_with_hints = 16;

void forget_offsets(wire::FetchResponse::FetchableTopicResponse::PartitionData& data) {
  data.high_watermark = data.last_stable_offset = data.log_start_offset = Offset{-1};
}

// The client's log has an epoch that ours does not have, or not that far (KIP-595).
ErrorCode check_divergence(const FetchItem& item, const log::ReadableLog& log,
                           wire::FetchResponse::FetchableTopicResponse::PartitionData& data) {
  if (item.last_fetched_epoch == none_of<LeaderEpoch>) return ErrorCode::none;
  const auto end = log.leader_epochs().end_of(item.last_fetched_epoch, log.high_watermark());
  if (end.epoch == none_of<LeaderEpoch>) return ErrorCode::offset_out_of_range;
  if (end.epoch < item.last_fetched_epoch || end.offset < item.fetch_offset) {
    data.diverging_epoch = {.epoch = end.epoch.value, .end_offset = end.offset};
  }
  return ErrorCode::none;
}

}  // namespace

PartitionTable::Found find_fetched(Node& node, wire::Version version, std::string_view topic,
                                   const Uuid& topic_id, PartitionId partition) {
  auto& table = node.partitions();
  return version >= first_with_ids ? table.find_replica(topic_id, partition)
                                   : table.find_replica(topic, partition);
}

FetchAnswer::FetchAnswer(const Exchange& exchange, FetchSessions::Context& context,
                         const FetchParams& params, Attempt attempt)
    : node_(exchange.node()),
      context_(context),
      params_(params),
      version_(exchange.version()),
      attempt_(attempt),
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
                          data.diverging_epoch != Data::EpochEndOffset{} ||
                          data.preferred_read_replica != none_of<NodeId>;
    told_.push_back({&*here, data.error_code == ErrorCode::none ? data.high_watermark : Offset{-1},
                     data.log_start_offset});
    if (has_news || !context.is_incremental) add(*here, std::move(data));
    if (has_records && context.session) served.splice(served.end(), items, here);
  }
  items.splice(items.end(), served);
}

// Kafka: Partition.getLocalLog: the epoch first, then who is asked.
ErrorCode FetchAnswer::check(const Partition& partition, const FetchItem& item) const {
  const ErrorCode bad_epoch = check_epoch(partition, item.current_leader_epoch);
  if (bad_epoch != ErrorCode::none) return bad_epoch;
  const bool follows = partition.role() == Partition::Role::follower;
  const bool may_serve = partition.leads() || (follows && version_ >= first_served_by_followers);
  return may_serve ? ErrorCode::none : ErrorCode::not_leader_or_follower;
}

FetchAnswer::Data FetchAnswer::read(FetchItem& item) {
  Data data;
  data.partition_index = item.partition;
  data.high_watermark = Offset{-1};
  const auto found = find_fetched(node_, version_, *item.topic, item.topic_id, item.partition);
  // As in Kafka: null where the partition cannot be read, empty where there is none.
  if (params_.read_committed || !found.partition) data.aborted_transactions.emplace();
  data.error_code = found.partition ? check(*found.partition, item) : found.error;
  if (data.error_code == ErrorCode::none) read_replica(item, *found.partition, data);
  if (data.error_code != ErrorCode::none) {
    is_urgent_ = true;
    if (found.partition) data.aborted_transactions.reset();
    forget_offsets(data);
    add_hint(item, data);
  }
  return data;
}

void FetchAnswer::add_hint(const FetchItem& item, Data& data) {
  const bool is_elsewhere = data.error_code == ErrorCode::not_leader_or_follower ||
                            data.error_code == ErrorCode::fenced_leader_epoch;
  if (!is_elsewhere || version_ < first_with_hints) return;
  hints_.add(data, node_.view().find(item.topic_id), item.partition);
}

void FetchAnswer::read_replica(const FetchItem& item, Partition& partition, Data& data) {
  const auto log = partition.readable();
  if (!log) {
    data.error_code = ErrorCode::kafka_storage_error;
  } else if (!*log) {
    node_.replication().follow(partition);
    wait_for_leader(partition, data);
  } else {
    read_log(item, partition, **log, data);
    if (!partition.leads()) node_.replication().follow(partition);
  }
}

// This follower does not know enough: it has asked, and the fetch waits for the leader's word.
void FetchAnswer::wait_for_leader(Partition& partition, Data& data) {
  readable_.push_back(&partition);
  if (attempt_ == Attempt::last) data.error_code = ErrorCode::offset_not_available;
}

// Whether there is something to read at the place of an item.
ErrorCode FetchAnswer::check_position(const FetchItem& item, Partition& partition,
                                      const log::ReadableLog& log, Data& data) {
  if (item.fetch_offset < log.log_start_offset()) return ErrorCode::offset_out_of_range;
  const ErrorCode unknown_epoch = check_divergence(item, log, data);
  if (unknown_epoch != ErrorCode::none) return unknown_epoch;
  const bool is_ahead = item.fetch_offset > log.high_watermark();
  if (!is_ahead || data.diverging_epoch != Data::EpochEndOffset{}) return ErrorCode::none;
  // The client may know more than a follower, until the leader has been asked.
  const bool may_ask = !partition.leads() && attempt_ == Attempt::may_wait;
  if (may_ask) node_.replication().follow(partition, Replication::Urgency::at_once);
  if (may_ask || (!partition.leads() && partition.has_asked_at_once())) {
    wait_for_leader(partition, data);
    return data.error_code;
  }
  return ErrorCode::offset_out_of_range;
}

void FetchAnswer::read_log(const FetchItem& item, Partition& partition, log::ReadableLog& log,
                           Data& data) {
  data.high_watermark = log.high_watermark();
  data.last_stable_offset = log.last_stable_offset();
  data.log_start_offset = log.log_start_offset();
  data.error_code = check_position(item, partition, log, data);
  if (data.error_code != ErrorCode::none) return;
  if (data.diverging_epoch != Data::EpochEndOffset{}) {
    is_urgent_ = true;
    data.aborted_transactions.reset();
    return;
  }
  if (item.fetch_offset > log.high_watermark()) return;  // waits for the leader's word
  if (is_sent_elsewhere(partition, data)) return;
  readable_.push_back(&partition);
  const std::size_t left = params_.max_bytes - std::min(params_.max_bytes, bytes_);
  const auto asked = static_cast<std::size_t>(std::max(0, item.max_bytes));
  const auto first = bytes_ == 0 ? log::ReadableLog::First::whatever_its_size
                                 : log::ReadableLog::First::only_if_it_fits;
  if (left == 0 && bytes_ > 0) return;
  const Offset end = params_.read_committed ? log.last_stable_offset() : log.high_watermark();
  const auto read = read_records(item, log, end, std::min(left, asked), first, data);
  if (read) return;
  data.records.slices.clear();
  // A follower's file is gone when the leader has removed it: the client is to ask the leader.
  data.error_code = read.error().fault == Fault::not_found ? ErrorCode::offset_out_of_range
                                                           : ErrorCode::kafka_storage_error;
}

Result<> FetchAnswer::read_records(const FetchItem& item, log::ReadableLog& log, Offset end,
                                   std::size_t max_bytes, log::ReadableLog::First first,
                                   Data& data) {
  TRY(auto chunk, log.read(item.fetch_offset, end, max_bytes, first));
  if (params_.read_committed && !chunk.slices.empty()) {
    TRY(const auto aborted, log.aborted(item.fetch_offset, chunk.end));
    for (const log::AbortedEntry& each : aborted) {
      data.aborted_transactions->push_back({each.producer, each.first_offset});
    }
  }
  data.records.slices = std::move(chunk.slices);
  bytes_ += total_size(data.records.slices);
  return {};
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
  exchange.count_towards(QuotaKind::fetch, static_cast<double>(bytes_));
  broker::answer<FetchRequest>(exchange, response_);
}

}  // namespace odradek::broker
