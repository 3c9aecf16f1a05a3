// SPDX-License-Identifier: Apache-2.0
#include "client/group_consumer.h"

#include "client/group_offsets.h"

#include <algorithm>
#include <utility>

namespace odradek::client {

Result<> GroupConsumer::join() {
  TRY(member_.join());
  return start_assignment();
}

void GroupConsumer::subscribe(std::vector<std::string> topics) {
  member_.subscribe(std::move(topics));
}

void GroupConsumer::set_patience(Milliseconds most) {
  consumer_.set_patience(most);
  patience_ = Patience(most);
}

Result<> GroupConsumer::start_assignment() {
  const auto& assigned = member_.assignment();
  TRY(Offsets positions, committed_offsets(cluster_, group_, assigned));
  std::vector<TopicPartition> fresh;
  for (const TopicPartition& each : assigned) {
    if (!positions.contains(each)) fresh.push_back(each);
  }
  if (!fresh.empty()) {
    TRY(const Offsets begin, begin_(fresh));
    for (const auto& [partition, offset] : begin) {
      positions[partition] = offset;
      done_[partition] = {offset};
    }
  }
  TRY(ends_, offsets_at(cluster_, assigned, latest, isolation_));
  consumer_.assign(std::move(positions));
  is_started_ = true;
  return {};
}

Result<> GroupConsumer::stay() { return waited_for(keep_membership()); }

Result<> GroupConsumer::keep_membership() {
  TRY(commit());
  TRY(const bool is_assigned_anew, member_.keep_up());
  if (is_assigned_anew) is_started_ = false;
  return {};
}

Result<std::vector<ConsumerRecord>> GroupConsumer::poll(Milliseconds wait) {
  const auto kept = keep_up();
  TRY(waited_for(kept));
  return kept ? consumer_.poll(wait) : std::vector<ConsumerRecord>();
}

Result<> GroupConsumer::keep_up() {
  TRY(keep_membership());
  return is_started_ ? Result<>() : start_assignment();
}

// What came of trying, unless it may still come right.
Result<> GroupConsumer::waited_for(const Result<>& tried) {
  if (tried) patience_.on_answer();
  return tried || patience_.has_for(tried.error()) ? Result<>() : tried;
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
