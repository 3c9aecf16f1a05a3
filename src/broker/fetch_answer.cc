// SPDX-License-Identifier: Apache-2.0
#include "broker/fetch_answer.h"

#include "broker/node.h"

#include <algorithm>

namespace odradek::broker {

using wire::ErrorCode;
using wire::FetchRequest;

namespace {

constexpr wire::Version first_with_ids = 13;

}  // namespace

FetchAnswer::FetchAnswer(Node& node, FetchSessions::Context& context, const FetchLimits& limits,
                         wire::Version version)
    : node_(node), context_(context), limits_(limits), version_(version) {
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

FetchAnswer::Data FetchAnswer::read(FetchItem& item) {
  Data data;
  data.partition_index = item.partition;
  data.high_watermark = Offset{-1};
  if (limits_.read_committed) data.aborted_transactions.emplace();
  auto& partitions = node_.partitions();
  const auto found = version_ >= first_with_ids ? partitions.find(item.topic_id, item.partition)
                                                : partitions.find(*item.topic, item.partition);
  data.error_code = found.error;
  if (found.partition) data.error_code = check_epoch(*found.partition, item.current_leader_epoch);
  if (data.error_code == ErrorCode::none) {
    const auto log = found.partition->log();
    if (log) {
      read_log(item, *found.partition, **log, data);
    } else {
      data.error_code = ErrorCode::kafka_storage_error;
    }
  }
  if (data.error_code != ErrorCode::none) is_urgent_ = true;
  return data;
}

void FetchAnswer::read_log(const FetchItem& item, Partition& partition, log::PartitionLog& log,
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
  readable_.push_back(&partition);
  const std::size_t left = limits_.max_bytes - std::min(limits_.max_bytes, bytes_);
  const auto asked = static_cast<std::size_t>(std::max(0, item.max_bytes));
  const auto first = bytes_ == 0 ? log::PartitionLog::First::whatever_its_size
                                 : log::PartitionLog::First::only_if_it_fits;
  if (left == 0 && bytes_ > 0) return;
  const Offset end = limits_.read_committed ? log.last_stable_offset() : log.high_watermark();
  auto slices = log.read(item.fetch_offset, end, std::min(left, asked), first);
  if (!slices) {
    data.error_code = ErrorCode::kafka_storage_error;
    return;
  }
  data.records.slices = std::move(*slices);
  bytes_ += total_size(data.records.slices);
}

// The client's log has an epoch that ours does not have, or not that far (KIP-595).
bool FetchAnswer::diverges(const FetchItem& item, const log::PartitionLog& log, Data& data) const {
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
  broker::answer<FetchRequest>(exchange, response_);
}

}  // namespace odradek::broker
