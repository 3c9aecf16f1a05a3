// SPDX-License-Identifier: Apache-2.0
#include "client/consumer.h"

#include "wire/02_list_offsets.h"
#include "wire/record_batch.h"
#include "wire/transaction_marker.h"
#include "wire/varint.h"

#include <algorithm>
#include <thread>
#include <utility>

namespace odradek::client {

using wire::BatchView;
using wire::ErrorCode;

namespace {

constexpr wire::Version newest_fetch_with_names = 12;
constexpr std::size_t largest_batch = 256 << 20;  // unpacked
constexpr std::int32_t fetch_bytes = 8 << 20;
constexpr Milliseconds pause_before_asking_again{50};

using Leaders = std::map<NodeId, std::vector<TopicPartition>>;

// Those without one are with the node -1.
Result<Leaders> leaders_of(Cluster& cluster, const std::vector<TopicPartition>& partitions) {
  Leaders leaders;
  std::map<std::string, Cluster::Topic> topics;
  for (const TopicPartition& each : partitions) {
    if (!topics.contains(each.topic)) {
      TRY(topics[each.topic],
          cluster.topic(each.topic, Cluster::AutoCreate::no, Cluster::Leaders::any));
    }
    const auto& its = topics[each.topic].partitions;
    const auto found = std::find_if(its.begin(), its.end(), [&](const auto& partition) {
      return partition.partition_index == each.partition;
    });
    if (found == its.end()) {
      return Error{Fault::not_found, "topic " + each.topic + " has no partition " +
                                         std::to_string(each.partition.value)};
    }
    leaders[found->leader_id].push_back(each);
  }
  return leaders;
}

Result<ErrorCode> ask_offsets(BrokerConnection& leader,
                              const std::vector<TopicPartition>& partitions, Timestamp time,
                              IsolationLevel isolation, Offsets& offsets) {
  wire::ListOffsetsRequest request;
  request.replica_id = none_of<NodeId>;
  request.isolation_level = static_cast<std::int8_t>(isolation);
  for (const TopicPartition& each : partitions) {
    if (request.topics.empty() || request.topics.back().name != each.topic) {
      request.topics.emplace_back().name = each.topic;
    }
    auto& asked = request.topics.back().partitions.emplace_back();
    asked.partition_index = each.partition;
    asked.timestamp = time;
  }
  TRY(const auto answer, leader.ask(request));
  for (const auto& topic : answer->topics) {
    for (const auto& partition : topic.partitions) {
      const TopicPartition from{topic.name, partition.partition_index};
      if (is_retriable(partition.error_code)) return partition.error_code;
      TRY(outcome(partition.error_code, {}, from.text()));
      if (partition.offset.value >= 0) offsets[from] = partition.offset;
    }
  }
  return ErrorCode::none;
}

std::optional<std::string> take_text(Bytes& rest, bool& ok) {
  const auto size = wire::take_varlong(rest);
  if (!size || *size > static_cast<std::int64_t>(rest.size())) {
    ok = false;
    return std::nullopt;
  }
  if (*size < 0) return std::nullopt;
  const auto length = static_cast<std::size_t>(*size);
  std::string text(as_text(rest.first(length)));
  rest = rest.subspan(length);
  return text;
}

// False where they are malformed.
bool read_headers(Bytes encoded, ConsumerRecord& record) {
  bool ok = true;
  const auto count = wire::take_varlong(encoded);
  for (std::int64_t i = 0; ok && i < count.value_or(0); ++i) {
    auto name = take_text(encoded, ok);
    auto value = ok ? take_text(encoded, ok) : std::nullopt;
    if (ok) record.headers.emplace_back(name.value_or(""), std::move(value));
  }
  return ok && count.has_value();
}

std::optional<Buffer> copy_of(const std::optional<Bytes>& field) {
  return field ? std::optional(odradek::copy_of(*field)) : std::nullopt;
}

Error malformed(const TopicPartition& from, const BatchView& batch) {
  return {Fault::corrupt, from.text() + ": the batch at offset " +
                              std::to_string(batch.base_offset().value) + " cannot be read"};
}

}  // namespace

Result<Offsets> offsets_at(Cluster& cluster, const std::vector<TopicPartition>& partitions,
                           Timestamp time, IsolationLevel isolation) {
  Offsets offsets;
  Result<> done;
  cluster.repeat([&] {
    offsets.clear();
    const auto leaders = leaders_of(cluster, partitions);
    if (!leaders) {
      done = leaders.error();
      return ErrorCode::none;
    }
    for (const auto& [node, its] : *leaders) {
      if (node.value < 0) {
        done = outcome(ErrorCode::leader_not_available, {}, its.front().text());
        return ErrorCode::leader_not_available;
      }
      const auto broker = cluster.node(node);
      auto told = broker ? ask_offsets(**broker, its, time, isolation, offsets)
                         : Result<ErrorCode>(broker.error());
      done = told ? outcome(*told, {}, its.front().text()) : Result<>(told.error());
      if (!done) return told ? *told : ErrorCode::none;
    }
    return ErrorCode::none;
  });
  if (!done) return done.error();
  return offsets;
}

Offsets ends_where_known(Cluster& cluster, const std::vector<TopicPartition>& partitions) {
  std::map<std::string, std::vector<TopicPartition>> by_topic;
  for (const TopicPartition& each : partitions) by_topic[each.topic].push_back(each);
  Offsets known;
  for (const auto& [topic, its] : by_topic) {
    const auto ends = offsets_at(cluster, its, latest);
    if (ends) known.insert(ends->begin(), ends->end());
  }
  return known;
}

Result<std::vector<TopicPartition>> partitions_of(Cluster& cluster, const std::string& topic,
                                                  Cluster::AutoCreate create) {
  TRY(const auto told, cluster.topic(topic, create, Cluster::Leaders::any));
  std::vector<TopicPartition> partitions;
  for (const auto& each : told.partitions) partitions.push_back({topic, each.partition_index});
  std::sort(partitions.begin(), partitions.end());
  return partitions;
}

// Of each topic by itself, as one of them may be gone.
Result<> Consumer::find_leaders() {
  std::map<std::string, std::vector<TopicPartition>> topics;
  for (const auto& [partition, position] : positions_) {
    topics[partition.topic].push_back(partition);
  }
  leaders_.clear();
  for (const auto& [topic, partitions] : topics) {
    const auto leaders = leaders_of(cluster_, partitions);
    const bool is_deleted = !leaders && leaders.error().fault == Fault::not_found;
    if (is_deleted && deleted_ == Deleted::wait) continue;
    if (!leaders) return leaders.error();
    for (const auto& [node, its] : *leaders) {
      if (node.value < 0) continue;
      for (const TopicPartition& each : its) leaders_[each] = node;
    }
  }
  return {};
}

// Leaders go away and others come, or the same after a restart.
Result<std::vector<ConsumerRecord>> Consumer::poll(Milliseconds wait) {
  auto records = try_poll(wait);
  if (records) {
    patience_.on_answer();
    return records;
  }
  if (!patience_.has_for(records.error())) return records;
  leaders_.clear();
  return std::vector<ConsumerRecord>();
}

// One leader after the other; the last of a round waits.
Result<std::vector<ConsumerRecord>> Consumer::try_poll(Milliseconds wait) {
  std::vector<ConsumerRecord> records;
  if (positions_.empty()) {
    std::this_thread::sleep_for(wait);
    return records;
  }
  const bool knows_all = std::all_of(positions_.begin(), positions_.end(), [&](const auto& each) {
    return leaders_.contains(each.first);
  });
  if (!knows_all) {
    TRY(find_leaders());
  }
  std::map<NodeId, std::vector<TopicPartition>> by_leader;
  for (const auto& [partition, position] : positions_) {
    const auto leader = leaders_.find(partition);  // there may be none at the moment
    if (leader != leaders_.end()) by_leader[leader->second].push_back(partition);
  }
  const std::size_t count = by_leader.size();
  std::size_t left = count;
  for (auto& [leader, partitions] : by_leader) {
    --left;
    // So that no partition is always behind another one.
    std::rotate(partitions.begin(),
                partitions.begin() + static_cast<std::ptrdiff_t>(next_leader_ % partitions.size()),
                partitions.end());
    const bool waits = records.empty() && (left == 0 || count == 1);
    TRY(fetch(leader, partitions, waits ? wait : Milliseconds{0}, records));
  }
  ++next_leader_;
  const bool has_lost_a_leader = leaders_.size() < positions_.size();
  if (records.empty() && has_lost_a_leader) {
    std::this_thread::sleep_for(by_leader.empty() ? wait : pause_before_asking_again);
  }
  return records;
}

Result<> Consumer::fetch(NodeId leader, const std::vector<TopicPartition>& partitions,
                         Milliseconds wait, std::vector<ConsumerRecord>& records) {
  wire::FetchRequest request;
  request.max_wait_ms = static_cast<std::int32_t>(wait.count());
  request.min_bytes = 1;
  request.max_bytes = fetch_bytes;
  request.isolation_level = static_cast<std::int8_t>(isolation_);
  for (const TopicPartition& each : partitions) {
    auto& topic = request.topics.emplace_back();
    topic.topic = each.topic;
    auto& asked = topic.partitions.emplace_back();
    asked.partition = each.partition;
    asked.fetch_offset = positions_.at(each);
    asked.partition_max_bytes = fetch_bytes;
  }
  TRY(BrokerConnection* const broker, cluster_.node(leader));
  broker->set_timeout(cluster_.settings().timeout + wait);
  TRY(const auto answer, broker->ask(request, newest_fetch_with_names));
  TRY(outcome(answer->error_code, {}, "fetch"));
  for (const auto& topic : answer->responses) {
    for (const auto& data : topic.partitions) {
      TRY(take({std::string(topic.topic), data.partition_index}, data, records));
    }
  }
  return {};
}

Result<> Consumer::take(const TopicPartition& from, const Data& data,
                        std::vector<ConsumerRecord>& records) {
  if (!positions_.contains(from)) return {};  // nobody asked for it
  if (data.error_code == ErrorCode::offset_out_of_range) return reset(from);
  const bool is_deleted =
      data.error_code == ErrorCode::unknown_topic_or_partition && deleted_ == Deleted::wait;
  if (is_deleted || is_retriable(data.error_code)) {
    leaders_.erase(from);  // and whether anybody leads it is found out
    return {};
  }
  TRY(outcome(data.error_code, {}, from.text()));
  ends_[from] = isolation_ == IsolationLevel::read_committed && data.last_stable_offset.value >= 0
                    ? data.last_stable_offset
                    : data.high_watermark;
  for (const Slice& slice : data.records.slices) {
    TRY(take_batches(from, data, Bytes(slice.memory, slice.size), records));
  }
  return {};
}

// The answer may end inside a batch.
Result<> Consumer::take_batches(const TopicPartition& from, const Data& data, Bytes bytes,
                                std::vector<ConsumerRecord>& records) {
  std::vector<std::pair<Offset, ProducerId>> aborted;
  if (data.aborted_transactions) {
    for (const auto& each : *data.aborted_transactions) {
      aborted.emplace_back(each.first_offset, each.producer_id);
    }
  }
  std::sort(aborted.begin(), aborted.end());
  auto next_aborted = aborted.begin();
  std::set<ProducerId> aborting;
  while (bytes.size() >= BatchView::header_size) {
    const std::int64_t size = BatchView::claimed_size(bytes);
    if (size < std::int64_t{BatchView::header_size}) return malformed(from, BatchView(bytes));
    if (size > static_cast<std::int64_t>(bytes.size())) break;
    const BatchView batch(bytes.first(static_cast<std::size_t>(size)));
    bytes = bytes.subspan(static_cast<std::size_t>(size));
    if (batch.magic() != BatchView::magic_2) return malformed(from, batch);
    for (; next_aborted != aborted.end() && next_aborted->first < batch.next_offset();
         ++next_aborted) {
      aborting.insert(next_aborted->second);
    }
    const bool is_aborted = batch.is_transactional() && aborting.contains(batch.producer_id());
    if (batch.is_control()) {
      aborting.erase(batch.producer_id());
    } else if (!is_aborted) {
      TRY(take_batch(from, batch.bytes(), records));
    }
    if (batch.next_offset() <= positions_.at(from)) return malformed(from, batch);
    positions_.at(from) = batch.next_offset();
  }
  return {};
}

Result<> Consumer::take_batch(const TopicPartition& from, Bytes bytes,
                              std::vector<ConsumerRecord>& records) {
  const BatchView batch(bytes);
  if (!batch.crc_is_right()) return malformed(from, batch);
  TRY(const Bytes unpacked, decompressor_.unpack(batch.codec(), batch.records(), largest_batch));
  wire::RecordReader reader(unpacked, batch.record_count());
  while (const auto record = reader.next()) {
    const Offset offset = batch.base_offset() + record->offset_delta;
    if (offset < positions_.at(from)) continue;  // a batch may begin before it
    ConsumerRecord& taken = records.emplace_back();
    taken.from = from;
    taken.offset = offset;
    taken.leader_epoch = batch.leader_epoch();
    taken.timestamp = batch.has_log_append_time()
                          ? batch.max_timestamp()
                          : batch.base_timestamp() + record->timestamp_delta;
    taken.has_log_append_time = batch.has_log_append_time();
    taken.key = copy_of(record->key);
    taken.value = copy_of(record->value);
    if (!read_headers(record->headers, taken)) return malformed(from, batch);
  }
  return reader.ok() ? Result<>() : malformed(from, batch);
}

// What is asked for is gone, or not there yet.
Result<> Consumer::reset(const TopicPartition& partition) {
  TRY(const auto begin, reset_ ? reset_({partition}) : offsets_at(cluster_, {partition}, earliest));
  positions_[partition] = begin.at(partition);
  return {};
}

}  // namespace odradek::client
