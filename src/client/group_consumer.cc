// SPDX-License-Identifier: Apache-2.0
#include "client/group_consumer.h"

#include "client/group_offsets.h"

#include <algorithm>

namespace odradek::client {

Result<> GroupConsumer::join() {
  TRY(member_.join());
  return start_assignment();
}

Result<> GroupConsumer::start_assignment() {
  TRY(Offsets positions, begin_(member_.assignment()));
  TRY(const Offsets committed, committed_offsets(cluster_, group_, member_.assignment()));
  for (const auto& [partition, offset] : positions) {
    if (!committed.contains(partition)) done_[partition] = {offset};
  }
  for (const auto& [partition, offset] : committed) positions[partition] = offset;
  TRY(ends_, offsets_at(cluster_, member_.assignment(), latest, isolation_));
  consumer_.assign(std::move(positions));
  is_started_ = true;
  return {};
}

Result<std::vector<ConsumerRecord>> GroupConsumer::poll(Milliseconds wait) {
  const auto kept = keep_up();
  if (kept) {
    patience_.on_answer();
    return consumer_.poll(wait);
  }
  if (!patience_.has_for(kept.error())) return kept.error();
  return std::vector<ConsumerRecord>();
}

Result<> GroupConsumer::keep_up() {
  TRY(commit());
  TRY(const bool is_assigned_anew, member_.keep_up());
  if (is_assigned_anew) is_started_ = false;
  return is_started_ ? Result<>() : start_assignment();
}

bool GroupConsumer::is_at_end() const {
  const Offsets& positions = consumer_.positions();
  return std::all_of(positions.begin(), positions.end(),
                     [&](const auto& each) { return each.second >= ends_.at(each.first); });
}

Result<> GroupConsumer::commit() {
  if (commits_) {
    TRY(member_.commit(done_));
  }
  done_.clear();
  return {};
}

Result<> GroupConsumer::leave() {
  const auto committed = commit();
  const auto left = member_.leave();
  return committed ? left : committed;
}

}  // namespace odradek::client
