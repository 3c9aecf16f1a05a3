// SPDX-License-Identifier: Apache-2.0
#include "cleaner/cleaned_transactions.h"

#include "wire/transaction_marker.h"

namespace odradek::cleaner {

void CleanedTransactions::add(const std::vector<log::AbortedEntry>& aborted) {
  for (const log::AbortedEntry& each : aborted) ahead_.push(each);
}

void CleanedTransactions::begin_all_before(Offset end) {
  for (; !ahead_.empty() && ahead_.top().first_offset < end; ahead_.pop()) {
    aborted_.try_emplace(ahead_.top().producer, Aborted{ahead_.top()});
  }
}

bool CleanedTransactions::can_go(const wire::BatchView& batch) {
  begin_all_before(batch.next_offset());
  if (batch.is_control()) return marker_can_go(batch);
  if (!batch.is_transactional()) return false;
  const auto aborted = aborted_.find(batch.producer_id());
  if (aborted == aborted_.end()) {
    committed_.insert(batch.producer_id());
    return false;
  }
  aborted->second.has_data = true;
  return true;
}

bool CleanedTransactions::marker_can_go(const wire::BatchView& marker) {
  if (marker.record_count() == 0) return true;  // it went already, all but its place
  const auto content = wire::TransactionMarker::of(marker);
  if (!content) return false;
  if (content->result == wire::TransactionResult::commit) {
    return committed_.erase(marker.producer_id()) == 0;
  }
  const auto aborted = aborted_.find(marker.producer_id());
  const bool has_data = aborted != aborted_.end() && aborted->second.has_data;
  if (has_data) kept_.push_back(aborted->second.entry);
  if (aborted != aborted_.end()) aborted_.erase(aborted);
  return !has_data;
}

}  // namespace odradek::cleaner
