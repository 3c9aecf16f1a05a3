// SPDX-License-Identifier: Apache-2.0
#include "log/producer_state.h"

#include "base/crc32c.h"

#include <algorithm>
#include <limits>
#include <vector>

namespace odradek::log {
namespace {

using wire::ErrorCode;

constexpr std::int16_t snapshot_version = 1;
constexpr std::size_t snapshot_header = 2 + 4 + 4;  // version, checksum, count
constexpr std::size_t entry_size = 8 + 2 + 4 + 8 + 4 + 8 + 4 + 8;

bool is_next(std::int32_t last, std::int32_t first) {
  return first == wire::sequence_after(last, 1);
}

}  // namespace

std::int32_t ProducerBatch::first_sequence() const {
  if (last_sequence >= offset_delta) return last_sequence - offset_delta;
  return std::numeric_limits<std::int32_t>::max() - (offset_delta - last_sequence) + 1;
}

void ProducerEntry::add(const ProducerBatch& batch) {
  if (count_ == max_batches) {
    std::move(batches_.begin() + 1, batches_.end(), batches_.begin());
    --count_;
  }
  batches_[count_++] = batch;
}

void ProducerEntry::start_epoch(ProducerEpoch next) {
  epoch = next;
  count_ = 0;
}

ProducerState::Verdict ProducerState::check(const wire::BatchView& batch) const {
  const auto found = producers_.find(batch.producer_id());
  if (found == producers_.end()) return {};  // unknown or expired: any sequence may be the first
  const ProducerEntry& entry = found->second;
  if (batch.producer_epoch() < entry.epoch) return {.error = ErrorCode::invalid_producer_epoch};
  if (batch.producer_epoch() > entry.epoch) {
    const bool begins = batch.base_sequence() == 0 || entry.epoch == none_of<ProducerEpoch>;
    return {.error = begins ? ErrorCode::none : ErrorCode::out_of_order_sequence_number};
  }
  for (const ProducerBatch& known : entry.batches()) {
    if (known.first_sequence() == batch.base_sequence() &&
        known.last_sequence == batch.last_sequence()) {
      return {.duplicate = known};
    }
  }
  const std::int32_t last = entry.batches().empty() ? -1 : entry.batches().back().last_sequence;
  if (!is_next(last, batch.base_sequence())) {
    return {.error = ErrorCode::out_of_order_sequence_number};
  }
  return {};
}

void ProducerState::update(const wire::BatchView& batch) {
  if (!batch.has_producer() || batch.is_control()) return;
  ProducerEntry& entry = producers_[batch.producer_id()];
  if (entry.epoch != batch.producer_epoch()) entry.start_epoch(batch.producer_epoch());
  entry.add({.last_sequence = batch.last_sequence(),
             .last_offset = batch.base_offset() + batch.last_offset_delta(),
             .offset_delta = batch.last_offset_delta(),
             .timestamp = batch.max_timestamp()});
  entry.last_timestamp = batch.max_timestamp();
}

void ProducerState::expire(Timestamp limit) {
  std::erase_if(producers_, [&](const auto& producer) {
    const ProducerEntry& entry = producer.second;
    return !entry.transaction_first_offset && entry.last_timestamp < limit;
  });
}

Buffer ProducerState::encode() const {
  std::vector<ProducerId> ids;
  for (const auto& [id, entry] : producers_) ids.push_back(id);
  std::sort(ids.begin(), ids.end());
  Buffer entries;
  std::int32_t count = 0;
  const auto add = [&](ProducerId id, const ProducerEntry& entry, const ProducerBatch& batch) {
    append_big(entries, id.value);
    append_big(entries, entry.epoch.value);
    append_big(entries, batch.last_sequence);
    append_big(entries, batch.last_offset.value);
    append_big(entries, batch.offset_delta);
    append_big(entries, batch.timestamp.value);
    append_big(entries, entry.coordinator_epoch);
    append_big(entries, entry.transaction_first_offset.value_or(Offset{-1}).value);
    ++count;
  };
  for (const ProducerId id : ids) {
    const ProducerEntry& entry = producers_.at(id);
    for (const ProducerBatch& batch : entry.batches()) add(id, entry, batch);
    if (entry.batches().empty()) {
      add(id, entry, {.last_offset = Offset{-1}, .timestamp = entry.last_timestamp});
    }
  }
  Buffer covered;
  append_big(covered, count);
  append(covered, entries);
  Buffer snapshot;
  append_big(snapshot, snapshot_version);
  append_big(snapshot, crc32c(covered));
  append(snapshot, covered);
  return snapshot;
}

bool ProducerState::decode(Bytes snapshot) {
  producers_.clear();
  if (snapshot.size() < snapshot_header) return false;
  if (load_big<std::int16_t>(snapshot.data()) != snapshot_version) return false;
  if (crc32c(snapshot.subspan(6)) != load_big<std::uint32_t>(snapshot.data() + 2)) return false;
  const auto count = load_big<std::int32_t>(snapshot.data() + 6);
  snapshot = snapshot.subspan(snapshot_header);
  if (count < 0 || snapshot.size() != static_cast<std::size_t>(count) * entry_size) return false;
  for (; !snapshot.empty(); snapshot = snapshot.subspan(entry_size)) {
    const std::byte* at = snapshot.data();
    ProducerEntry& entry = producers_[ProducerId{load_big<std::int64_t>(at)}];
    const ProducerEpoch epoch{load_big<std::int16_t>(at + 8)};
    if (entry.epoch != epoch) entry.start_epoch(epoch);
    const ProducerBatch batch{.last_sequence = load_big<std::int32_t>(at + 10),
                              .last_offset = {load_big<std::int64_t>(at + 14)},
                              .offset_delta = load_big<std::int32_t>(at + 22),
                              .timestamp = {load_big<std::int64_t>(at + 26)}};
    if (batch.last_sequence >= 0) entry.add(batch);
    entry.last_timestamp = batch.timestamp;
    entry.coordinator_epoch = load_big<std::int32_t>(at + 34);
    const Offset first{load_big<std::int64_t>(at + 38)};
    entry.transaction_first_offset = first.value >= 0 ? std::optional<Offset>(first) : std::nullopt;
  }
  return true;
}

}  // namespace odradek::log
