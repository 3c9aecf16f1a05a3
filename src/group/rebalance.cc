// SPDX-License-Identifier: Apache-2.0
#include "group/rebalance.h"

#include "base/assert.h"

#include <algorithm>
#include <limits>
#include <map>
#include <utility>

namespace odradek::group {

using wire::ErrorCode;

namespace {

GenerationId after(GenerationId generation) {
  const bool is_last = generation.value == std::numeric_limits<std::int32_t>::max();
  return {is_last ? 0 : generation.value + 1};
}

}  // namespace

wire::JoinGroupResponse refuse_join(std::string member, ErrorCode error) {
  wire::JoinGroupResponse refused;
  refused.error_code = error;
  refused.member_id = std::move(member);
  return refused;
}

wire::SyncGroupResponse refuse_sync(ErrorCode error) {
  wire::SyncGroupResponse refused;
  refused.error_code = error;
  return refused;
}

void Rebalance::prepare() {
  if (group_.is_in(State::completing_rebalance)) drop_assignments(ErrorCode::rebalance_in_progress);
  group_.sync_deadline.reset();
  for (auto& [id, member] : group_.members.all()) group_.members.set_has_to_sync(member, false);
  const bool is_initial = group_.is_in(State::empty);
  group_.go_to(State::preparing_rebalance, step_.now.time);
  begin_join_phase(is_initial);
  if (!is_initial) complete_join_if_all_have_joined();
}

void Rebalance::begin_join_phase(bool is_initial) {
  const milliseconds whole = group_.members.longest_rebalance_timeout();
  Group::JoinPhase phase{.deadline = step_.now.steady + whole};
  if (is_initial) {
    const milliseconds delay = step_.config.initial_rebalance_delay;
    phase = {.deadline = step_.now.steady + delay,
             .is_initial = true,
             .last_delay = delay,
             .remaining = std::max(whole - delay, milliseconds{0})};
  }
  group_.join_phase = phase;
  group_.wake_up_by(phase.deadline);
}

void Rebalance::prepare_or_complete_join() {
  group_.is_in(State::preparing_rebalance) ? try_complete_join() : prepare();
}

void Rebalance::try_complete_join() {
  if (!group_.is_in(State::preparing_rebalance) || group_.join_phase->is_initial) return;
  complete_join_if_all_have_joined();
}

void Rebalance::complete_join_if_all_have_joined() {
  if (group_.is_in(State::preparing_rebalance) && group_.all_have_joined()) complete_join();
}

void Rebalance::complete_join() {
  ASSERT(group_.is_in(State::preparing_rebalance));
  remove_missing_members();
  if (!elect_leader_among_joined() && !group_.members.empty()) {
    // Only static members are left, and none of them is here: they get the time of their sessions.
    begin_join_phase(false);
    group_.join_phase->deadline =
        std::max(group_.join_phase->deadline, step_.now.steady + shortest_prolongation);
    return;
  }
  begin_next_generation();
}

// Static members may be gone for as long as their sessions last.
void Rebalance::remove_missing_members() {
  std::vector<std::string> missing;
  for (const auto& [id, member] : group_.members.all()) {
    if (!member.awaiting_join && !member.is_static()) missing.push_back(id);
  }
  for (const std::string& id : missing) remove(*group_.members.find(id));
}

bool Rebalance::elect_leader_among_joined() {
  Members& members = group_.members;
  if (members.empty()) return false;
  if (members.find(*members.leader())->awaiting_join) return true;
  for (const auto& [id, member] : members.all()) {
    if (!member.awaiting_join) continue;
    members.set_leader(id);
    return true;
  }
  return false;
}

void Rebalance::begin_next_generation() {
  group_.generation = after(group_.generation);
  group_.join_phase.reset();
  group_.protocol.reset();
  if (group_.members.empty()) {
    group_.learn_subscriptions();
    group_.go_to(State::empty, step_.now.time);
    return step_.actions.records.push_back(group_.record());
  }
  group_.protocol = group_.members.select_protocol();
  group_.learn_subscriptions();
  group_.go_to(State::completing_rebalance, step_.now.time);
  for (auto& [id, member] : group_.members.all()) {
    answer_join(member, current_generation(member));
    group_.touch(member, step_.now.steady);
    member.is_new = false;
    group_.members.set_has_to_sync(member, true);
  }
  group_.sync_deadline = step_.now.steady + group_.members.longest_rebalance_timeout();
  group_.wake_up_by(*group_.sync_deadline);
}

wire::JoinGroupResponse Rebalance::current_generation(const Member& member) const {
  wire::JoinGroupResponse response;
  response.generation_id = group_.generation;
  response.protocol_type = group_.protocol_type;
  response.protocol_name = group_.protocol;
  response.leader = group_.members.leader().value_or("");
  response.member_id = member.id;
  if (!group_.members.is_leader(member.id)) return response;
  for (const auto& [id, each] : group_.members.all()) {
    response.members.push_back(
        {id, each.instance_id, each.find_protocol(*group_.protocol)->metadata});
  }
  return response;
}

void Rebalance::assign(
    const std::vector<wire::SyncGroupRequest::SyncGroupRequestAssignment>& assignments) {
  ASSERT(group_.is_in(State::completing_rebalance));
  std::map<std::string_view, const Buffer*> by_member;
  for (const auto& each : assignments) by_member[each.member_id] = &each.assignment;
  for (auto& [id, member] : group_.members.all()) {
    const auto given = by_member.find(id);
    member.assignment = given == by_member.end() ? Buffer{} : *given->second;
  }
  Record record = group_.record();
  if (record.size() > step_.config.max_record_bytes) {
    drop_assignments(ErrorCode::unknown_server_error);
    return prepare();
  }
  step_.actions.records.push_back(std::move(record));
  group_.go_to(State::stable, step_.now.time);
  for (auto& [id, member] : group_.members.all()) answer_sync(member, ErrorCode::none);
}

void Rebalance::drop_assignments(ErrorCode error) {
  for (auto& [id, member] : group_.members.all()) {
    member.assignment.clear();
    answer_sync(member, error);
  }
}

void Rebalance::remove(Member& member, ErrorCode error) {
  answer_join(member, refuse_join("", error));
  answer_sync(member, error);
  group_.members.remove(std::string(member.id));
}

void Rebalance::answer_join(Member& member, wire::JoinGroupResponse response) {
  if (!member.awaiting_join) return;
  step_.actions.reply(*member.awaiting_join, std::move(response));
  group_.members.set_awaiting_join(member, {});
}

void Rebalance::answer_sync(Member& member, ErrorCode error) {
  if (!member.awaiting_sync) return;
  wire::SyncGroupResponse response;
  response.error_code = error;
  if (error == ErrorCode::none) {
    response.protocol_type = group_.protocol_type;
    response.protocol_name = group_.protocol;
    response.assignment = member.assignment;
  }
  step_.actions.reply(*std::exchange(member.awaiting_sync, {}), std::move(response));
  // A session that ended while the member waited begins again.
  group_.touch(member, step_.now.steady);
}

}  // namespace odradek::group
