// SPDX-License-Identifier: Apache-2.0
#include "group/coordinator.h"

#include "base/assert.h"
#include "base/breakage.h"
#include "base/utf16.h"
#include "group/commit.h"
#include "group/expiry.h"
#include "group/join.h"
#include "group/leave.h"
#include "group/rebalance.h"
#include "group/sync.h"

#include <utility>
#include <variant>

namespace odradek::group {

using wire::ErrorCode;

Coordinator::Entry* Coordinator::find_entry(std::string_view group) {
  const auto found = groups_.find(group);
  return found == groups_.end() ? nullptr : &found->second;
}

const Group* Coordinator::find(std::string_view group) const {
  const auto found = groups_.find(group);
  return found == groups_.end() ? nullptr : &found->second.group;
}

void Coordinator::for_each(const std::function<void(const Group&)>& visit) const {
  for (const auto& [id, entry] : groups_) visit(entry.group);
}

Coordinator::Entry& Coordinator::make(const std::string& group, Timestamp now) {
  if (Entry* const entry = find_entry(group)) return *entry;
  return groups_.emplace(group, Entry{Group(group, now), {}}).first->second;
}

void Coordinator::set_alarm(Entry& entry) {
  const auto& wake_up = entry.group.wake_up;
  if (!wake_up || (entry.alarm && *entry.alarm <= *wake_up)) return;
  entry.alarm = wake_up;
  alarms_.push({*wake_up, entry.group.id});
}

void Coordinator::join(const wire::JoinGroupRequest& request, const Caller& caller, Now now,
                       Actions& actions) {
  Entry* entry = find_entry(request.group_id);
  if (!entry) {
    if (!request.member_id.empty()) {
      return actions.reply(caller.ticket,
                           refuse_join(request.member_id, ErrorCode::unknown_member_id));
    }
    entry = &make(request.group_id, now.time);
    actions.records.push_back(entry->group.record());
  }
  group::join(entry->group, request, caller, {config_, now, actions});
  set_alarm(*entry);
}

void Coordinator::sync(const wire::SyncGroupRequest& request, const Caller& caller, Now now,
                       Actions& actions) {
  Entry* const entry = find_entry(request.group_id);
  if (!entry) return actions.reply(caller.ticket, refuse_sync(ErrorCode::unknown_member_id));
  group::sync(entry->group, request, caller, {config_, now, actions});
  set_alarm(*entry);
}

ErrorCode Coordinator::heartbeat(const wire::HeartbeatRequest& request, Now now) {
  Entry* const entry = find_entry(request.group_id);
  if (!entry) return ErrorCode::unknown_member_id;
  const ErrorCode error = group::heartbeat(entry->group, request, now);
  set_alarm(*entry);
  return error;
}

std::vector<wire::LeaveGroupResponse::MemberResponse> Coordinator::leave(
    const std::string& group, const std::vector<wire::LeaveGroupRequest::MemberIdentity>& members,
    Now now, Actions& actions) {
  if (Entry* const entry = find_entry(group)) {
    auto results = group::leave(entry->group, members, {config_, now, actions});
    set_alarm(*entry);
    return results;
  }
  std::vector<wire::LeaveGroupResponse::MemberResponse> unknown;
  unknown.reserve(members.size());
  for (const auto& member : members) {
    unknown.push_back({member.member_id, member.group_instance_id, ErrorCode::unknown_member_id});
  }
  return unknown;
}

ErrorCode Coordinator::check_commit(const wire::OffsetCommitRequest& request, wire::Version version,
                                    Now now) {
  Entry* const entry = find_entry(request.group_id);
  if (entry) {
    const ErrorCode error = group::check_commit(entry->group, request, now.steady);
    set_alarm(*entry);
    return error;
  }
  const ErrorCode error = check_commit_without_group(request, version);
  if (error == ErrorCode::none) make(request.group_id, now.time);
  return error;
}

ErrorCode Coordinator::add_record(const OffsetCommitKey& key, const OffsetCommitValue& value,
                                  Actions& actions) const {
  if (java_length(value.metadata) > config_.offset_metadata_max_bytes) {
    return ErrorCode::offset_metadata_too_large;
  }
  Record record = record_of(key, value);
  actions.commit_bytes += record.size();
  if (actions.commit_bytes > max_commit_bytes) return ErrorCode::invalid_commit_offset_size;
  actions.records.push_back(std::move(record));
  return ErrorCode::none;
}

ErrorCode Coordinator::commit(const OffsetCommitKey& key, OffsetCommitValue value,
                              Actions& actions) {
  const ErrorCode error = add_record(key, value, actions);
  if (error != ErrorCode::none || breaks_now(Breakage::forgotten_commit)) return error;
  put_offset(key, std::move(value));
  return error;
}

ErrorCode Coordinator::check_commit(const wire::TxnOffsetCommitRequest& request, Now now) {
  if (const Group* const group = find(request.group_id)) {
    return group::check_commit(*group, request);
  }
  if (request.generation_id.value >= 0) return ErrorCode::illegal_generation;
  make(request.group_id, now.time);
  return ErrorCode::none;
}

ErrorCode Coordinator::commit_in_transaction(const OffsetCommitKey& key,
                                             const OffsetCommitValue& value,
                                             Actions& actions) const {
  return add_record(key, value, actions);
}

void Coordinator::end_transaction(ProducerId producer, wire::TransactionResult result) {
  if (result == wire::TransactionResult::abort) return pending_offsets_.abort(producer);
  for (auto& [key, value] : pending_offsets_.commit(producer)) offsets_.put(key, std::move(value));
}

void Coordinator::put_offset(const OffsetCommitKey& key, OffsetCommitValue value) {
  pending_offsets_.overtake(key);
  offsets_.put(key, std::move(value));
}

void Coordinator::remove_offset(const OffsetCommitKey& key) {
  pending_offsets_.remove(key);
  offsets_.remove(key);
}

const OffsetCommitValue* Coordinator::find_offset(std::string_view group, std::string_view topic,
                                                  PartitionId partition) const {
  return find(group) ? offsets_.find(group, topic, partition) : nullptr;
}

const Offsets::Topics& Coordinator::offsets_of(std::string_view group) const {
  static const Offsets::Topics none;
  return find(group) ? offsets_.of(group) : none;
}

ErrorCode Coordinator::check_delete_offsets(std::string_view group) const {
  const Group* const found = find(group);
  if (!found) return ErrorCode::group_id_not_found;
  const bool is_opaque = !found->is_in(State::empty) && !found->uses_consumer_protocol();
  return is_opaque ? ErrorCode::non_empty_group : ErrorCode::none;
}

ErrorCode Coordinator::delete_offset(const OffsetCommitKey& key, Actions& actions) {
  const Group* const group = find(key.group);
  ASSERT(group != nullptr);
  if (group->is_subscribed_to(key.topic)) return ErrorCode::group_subscribed_to_topic;
  const bool is_known = offsets_.find(key.group, key.topic, key.partition) || is_unstable(key);
  if (is_known) delete_offsets({key}, actions);
  return ErrorCode::none;
}

void Coordinator::delete_offsets(const std::vector<OffsetCommitKey>& keys, Actions& actions) {
  for (const OffsetCommitKey& key : keys) {
    actions.records.push_back(tombstone_of(key));
    remove_offset(key);
  }
}

ErrorCode Coordinator::delete_group(const std::string& group, Actions& actions) {
  const Group* const found = find(group);
  if (!found) return ErrorCode::group_id_not_found;
  if (!found->is_in(State::empty)) return ErrorCode::non_empty_group;
  std::vector<OffsetCommitKey> keys;
  for (const auto& [topic, partitions] : offsets_.of(group)) {
    for (const auto& [partition, value] : partitions) keys.push_back({group, topic, partition});
  }
  delete_offsets(keys, actions);
  delete_offsets(pending_offsets_.of(group), actions);  // those that had none before
  actions.records.push_back(tombstone_of(GroupMetadataKey{group}));
  groups_.erase(groups_.find(group));
  return ErrorCode::none;
}

void Coordinator::forget_topics(const TopicExists& exists, Actions& actions) {
  std::vector<OffsetCommitKey> keys;
  for (const auto& [group, topics] : offsets_.all()) {
    for (const auto& [topic, partitions] : topics) {
      for (const auto& [partition, value] : partitions) {
        if (!exists(topic, value.topic_id)) keys.push_back({group, topic, partition});
      }
    }
  }
  pending_offsets_.for_each([&](const OffsetCommitKey& key, const OffsetCommitValue& value) {
    if (!exists(key.topic, value.topic_id)) keys.push_back(key);
  });
  delete_offsets(keys, actions);
}

std::optional<TimePoint> Coordinator::wake_up() const {
  if (alarms_.empty()) return std::nullopt;
  return alarms_.top().at;
}

void Coordinator::expire(Now now, Actions& actions) {
  while (!alarms_.empty() && alarms_.top().at <= now.steady) {
    const Alarm alarm = alarms_.top();
    alarms_.pop();
    Entry* const entry = find_entry(alarm.group);
    if (!entry || entry->alarm != alarm.at) continue;  // deleted, or due earlier and done
    entry->alarm.reset();
    group::expire(entry->group, {config_, now, actions});
    set_alarm(*entry);
  }
}

void Coordinator::clean_up(Timestamp now, Actions& actions) {
  std::vector<std::string> left_with_nothing;
  for (const auto& [id, entry] : groups_) {
    const bool has_none = expire_offsets(entry.group, now, actions);
    const bool is_unused = entry.group.is_in(State::empty) && entry.group.pending.empty();
    if (has_none && is_unused) left_with_nothing.push_back(id);
  }
  for (const std::string& id : left_with_nothing) (void)delete_group(id, actions);
}

// Whether it has none any more.
bool Coordinator::expire_offsets(const Group& group, Timestamp now, Actions& actions) {
  std::vector<OffsetCommitKey> expired;
  bool all = true;
  for (const auto& [topic, partitions] : offsets_.of(group.id)) {
    for (const auto& [partition, value] : partitions) {
      OffsetCommitKey key{group.id, topic, partition};
      const bool goes =
          !is_unstable(key) && has_expired(group, topic, value, now, config_.offsets_retention);
      if (goes) expired.push_back(std::move(key));
      all = all && goes;
    }
  }
  delete_offsets(expired, actions);
  return all && !pending_offsets_.has_some(group.id);
}

bool Coordinator::replay(Bytes key, const std::optional<Bytes>& value, ProducerId producer,
                         Timestamp now) {
  const auto record = decode_record(key, value);
  if (!record) return false;
  std::visit([&](const auto& each) { apply(each, producer, now); }, *record);
  return true;
}

void Coordinator::apply(const OffsetCommitRecord& record, ProducerId producer, Timestamp now) {
  if (!record.value) return remove_offset(record.key);
  make(record.key.group, now);  // where offsets are all there is
  if (producer != none_of<ProducerId> && !is_broken(Breakage::early_offsets)) {
    return pending_offsets_.put(producer, record.key, *record.value);
  }
  put_offset(record.key, *record.value);
}

void Coordinator::apply(const GroupMetadataRecord& record, ProducerId, Timestamp) {
  const std::string& id = record.key.group;
  if (const auto before = groups_.find(id); before != groups_.end()) groups_.erase(before);
  if (record.value) groups_.emplace(id, Entry{Group(id, *record.value), {}});
}

void Coordinator::finish_replay(Now now, Actions& actions) {
  for (auto& [id, entry] : groups_) {
    Group& group = entry.group;
    group.begin_sessions(now.steady);
    const bool is_too_large = group.members.size() > config_.max_size;
    if (is_too_large) Rebalance(group, {config_, now, actions}).prepare();
    set_alarm(entry);
  }
}

void Coordinator::unload(Now now, Actions& actions) {
  for (auto& [id, entry] : groups_) {
    Rebalance rebalance(entry.group, {config_, now, actions});
    for (auto& [member_id, member] : entry.group.members.all()) {
      rebalance.answer_join(member, refuse_join(member_id, ErrorCode::not_coordinator));
      rebalance.answer_sync(member, ErrorCode::not_coordinator);
    }
    entry.group.join_phase.reset();
    entry.group.go_to(State::dead, now.time);
  }
}

void Coordinator::check() const {
  for (const auto& [id, entry] : groups_) {
    ASSERT(entry.group.id == id);
    entry.group.check();
    const auto& wake_up = entry.group.wake_up;
    ASSERT(!wake_up || (entry.alarm && *entry.alarm <= *wake_up));
  }
}

}  // namespace odradek::group
