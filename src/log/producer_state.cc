// SPDX-License-Identifier: Apache-2.0
#include "log/producer_state.h"

#include "base/crc32c.h"

#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

namespace odradek::log {
namespace {

using wire::ErrorCode;

constexpr std::int16_t snapshot_version = 1;
constexpr std::size_t snapshot_header = 2 + 4 + 4;  // version, checksum, count
constexpr std::int16_t max_epoch = std::numeric_limits<std::int16_t>::max();
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

ProducerState::Verdict ProducerState::check(const wire::BatchView& batch, Origin origin,
                                            VerificationGuard guard) const {
  const auto found = producers_.find(batch.producer_id());
  const ProducerEntry* const entry = found == producers_.end() ? nullptr : &found->second;
  if (entry && batch.producer_epoch() < entry->epoch) {
    return {.error = ErrorCode::invalid_producer_epoch};
  }
  if (origin == Origin::client && entry && batch.producer_epoch() == entry->epoch) {
    for (const ProducerBatch& known : entry->batches()) {
      if (known.first_sequence() == batch.base_sequence() &&
          known.last_sequence == batch.last_sequence()) {
        return {.duplicate = known};
      }
    }
  }
  if (batch.is_transactional() && !has_transaction(batch.producer_id(), batch.producer_epoch())) {
    const auto* const asked = verifications_.find(batch.producer_id());
    if (!asked || asked->guard != guard) return {.error = ErrorCode::invalid_txn_state};
  }
  if (origin == Origin::client) {
    const ErrorCode error = check_sequence(batch, entry);
    if (error != ErrorCode::none) return {.error = error};
  }
  const bool is_in_transaction = entry && entry->transaction_first_offset;
  if (is_in_transaction && !batch.is_transactional())
    return {.error = ErrorCode::invalid_txn_state};
  return {};
}

ErrorCode ProducerState::check_sequence(const wire::BatchView& batch,
                                        const ProducerEntry* entry) const {
  const bool is_empty = !entry || entry->batches().empty();
  const std::int32_t first = batch.base_sequence();
  if (const auto* const asked = verifications_.find(batch.producer_id())) {
    const bool must_begin = asked->bumps_epochs && is_empty && first != 0;
    if (must_begin || first > asked->lowest_sequence) {
      return ErrorCode::out_of_order_sequence_number;
    }
  }
  // Of an unknown or expired producer, any sequence may be the first.
  if (!entry || entry->epoch == none_of<ProducerEpoch>) return ErrorCode::none;
  const bool is_new_epoch = batch.producer_epoch() != entry->epoch;
  const std::int32_t last = is_new_epoch || is_empty ? -1 : entry->batches().back().last_sequence;
  const bool follows = is_new_epoch ? first == 0 : is_next(last, first);
  return follows ? ErrorCode::none : ErrorCode::out_of_order_sequence_number;
}

ErrorCode ProducerState::check(const EndOfTransaction& end) const {
  const auto found = producers_.find(end.producer);
  if (found == producers_.end()) return ErrorCode::none;
  const ProducerEntry& entry = found->second;
  const bool bumps_epochs = end.transaction_version >= 2;
  // Markers of version 2 come with the epoch that follows, but for one that is sent again, and for
  // the last epoch, which none follows.
  const bool is_again =
      end.epoch == entry.epoch && (!entry.transaction_first_offset || end.epoch.value == max_epoch);
  const bool is_old =
      bumps_epochs ? end.epoch <= entry.epoch && !is_again : end.epoch < entry.epoch;
  if (is_old) return ErrorCode::invalid_producer_epoch;
  return entry.coordinator_epoch > end.marker.coordinator_epoch
             ? ErrorCode::transaction_coordinator_fenced
             : ErrorCode::none;
}

std::optional<CompletedTransaction> ProducerState::update(const wire::BatchView& batch) {
  if (!batch.has_producer()) return std::nullopt;
  if (batch.is_transactional() && !is_for_next_transaction(batch)) {
    verifications_.end(batch.producer_id());
  }
  if (batch.is_control()) return end_transaction(batch);
  ProducerEntry& entry = producers_[batch.producer_id()];
  if (entry.epoch != batch.producer_epoch()) entry.start_epoch(batch.producer_epoch());
  entry.add({.last_sequence = batch.last_sequence(),
             .last_offset = batch.base_offset() + batch.last_offset_delta(),
             .offset_delta = batch.last_offset_delta(),
             .timestamp = batch.max_timestamp()});
  entry.last_timestamp = batch.max_timestamp();
  if (batch.is_transactional() && !entry.transaction_first_offset) {
    entry.transaction_first_offset = batch.base_offset();
    open_transactions_.emplace(batch.base_offset(), batch.producer_id());
  }
  return std::nullopt;
}

// In version 2 a marker has the epoch that the producer goes on with, maybe before the marker
// comes.
bool ProducerState::is_for_next_transaction(const wire::BatchView& batch) const {
  const auto* const asked = verifications_.find(batch.producer_id());
  return batch.is_control() && asked && asked->bumps_epochs &&
         asked->epoch == batch.producer_epoch();
}

std::optional<CompletedTransaction> ProducerState::end_transaction(const wire::BatchView& batch) {
  const auto marker = wire::TransactionMarker::of(batch);
  if (!marker) return std::nullopt;
  ProducerEntry& entry = producers_[batch.producer_id()];
  if (entry.epoch != batch.producer_epoch()) entry.start_epoch(batch.producer_epoch());
  entry.coordinator_epoch = marker->coordinator_epoch;
  entry.last_timestamp = batch.max_timestamp();
  if (!entry.transaction_first_offset) return std::nullopt;
  const Offset first = *std::exchange(entry.transaction_first_offset, std::nullopt);
  open_transactions_.erase(first);
  return CompletedTransaction{batch.producer_id(), first, batch.base_offset(), marker->result};
}

bool ProducerState::is_fenced(ProducerId producer, ProducerEpoch epoch) const {
  const auto found = producers_.find(producer);
  return found != producers_.end() && epoch < found->second.epoch;
}

bool ProducerState::has_transaction(ProducerId producer, ProducerEpoch epoch) const {
  const auto found = producers_.find(producer);
  return found != producers_.end() && found->second.transaction_first_offset &&
         found->second.epoch == epoch;
}

std::optional<Offset> ProducerState::first_unstable_offset() const {
  if (open_transactions_.empty()) return std::nullopt;
  return open_transactions_.begin()->first;
}

void ProducerState::expire(Timestamp limit) {
  std::erase_if(producers_, [&](const auto& producer) {
    const ProducerEntry& entry = producer.second;
    return !entry.transaction_first_offset && entry.last_timestamp < limit;
  });
  verifications_.expire(limit);
}

void ProducerState::clear() {
  producers_.clear();
  open_transactions_.clear();
  verifications_.clear();
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
    append_big(entries, entry.coordinator_epoch.value);
    append_big(entries, entry.transaction_first_offset.value_or(Offset{-1}).value);
    ++count;
  };
  for (const ProducerId id : ids) {
    const ProducerEntry& entry = producers_.at(id);
    for (ProducerBatch batch : entry.batches()) {
      // A marker may have come since; the last entry says when the producer was heard of.
      if (batch == entry.batches().back()) batch.timestamp = entry.last_timestamp;
      add(id, entry, batch);
    }
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
  clear();
  if (snapshot.size() < snapshot_header) return false;
  if (load_big<std::int16_t>(snapshot.data()) != snapshot_version) return false;
  if (crc32c(snapshot.subspan(6)) != load_big<std::uint32_t>(snapshot.data() + 2)) return false;
  const auto count = load_big<std::int32_t>(snapshot.data() + 6);
  snapshot = snapshot.subspan(snapshot_header);
  if (count < 0 || snapshot.size() != static_cast<std::size_t>(count) * entry_size) return false;
  for (; !snapshot.empty(); snapshot = snapshot.subspan(entry_size)) {
    const std::byte* at = snapshot.data();
    const ProducerId id{load_big<std::int64_t>(at)};
    ProducerEntry& entry = producers_[id];
    const ProducerEpoch epoch{load_big<std::int16_t>(at + 8)};
    if (entry.epoch != epoch) entry.start_epoch(epoch);
    const ProducerBatch batch{.last_sequence = load_big<std::int32_t>(at + 10),
                              .last_offset = {load_big<std::int64_t>(at + 14)},
                              .offset_delta = load_big<std::int32_t>(at + 22),
                              .timestamp = {load_big<std::int64_t>(at + 26)}};
    if (batch.last_sequence >= 0) entry.add(batch);
    entry.last_timestamp = batch.timestamp;
    entry.coordinator_epoch = {load_big<std::int32_t>(at + 34)};
    const Offset first{load_big<std::int64_t>(at + 38)};
    if (first.value < 0) continue;
    entry.transaction_first_offset = first;
    open_transactions_.emplace(first, id);
  }
  return true;
}

}  // namespace odradek::log
