// SPDX-License-Identifier: Apache-2.0
#include "group/sync.h"

#include "group/rebalance.h"

namespace odradek::group {

using wire::ErrorCode;

namespace {

bool contradicts(const std::optional<std::string>& claimed,
                 const std::optional<std::string>& actual) {
  return claimed && actual && claimed != actual;
}

ErrorCode check(const Group& group, const wire::SyncGroupRequest& request) {
  const ErrorCode wrong = group.check_member(request.member_id, request.group_instance_id);
  if (wrong != ErrorCode::none) return wrong;
  if (request.generation_id != group.generation) return ErrorCode::illegal_generation;
  if (contradicts(request.protocol_type, group.protocol_type) ||
      contradicts(request.protocol_name, group.protocol)) {
    return ErrorCode::inconsistent_group_protocol;
  }
  return group.is_in(State::preparing_rebalance) ? ErrorCode::rebalance_in_progress
                                                 : ErrorCode::none;
}

void note_synced(Group& group, Member& member) {
  group.members.set_has_to_sync(member, false);
  if (group.members.missing_syncs() == 0) group.sync_deadline.reset();
}

}  // namespace

void sync(Group& group, const wire::SyncGroupRequest& request, const Caller& caller,
          const Step& step) {
  const ErrorCode wrong = check(group, request);
  if (wrong != ErrorCode::none) return step.actions.reply(caller.ticket, refuse_sync(wrong));
  Member& member = *group.members.find(request.member_id);
  Rebalance rebalance(group, step);
  // Whoever asks twice at a time gets the answer on the later request.
  rebalance.answer_sync(member, ErrorCode::rebalance_in_progress);
  member.awaiting_sync = caller.ticket;
  note_synced(group, member);
  if (group.is_in(State::stable)) return rebalance.answer_sync(member, ErrorCode::none);
  if (group.members.is_leader(member.id)) rebalance.assign(request.assignments);
}

}  // namespace odradek::group
