// SPDX-License-Identifier: Apache-2.0
#include "group/leave.h"

#include "group/rebalance.h"

namespace odradek::group {

using wire::ErrorCode;

namespace {

using Identity = wire::LeaveGroupRequest::MemberIdentity;

ErrorCode leave_one(Group& group, const Identity& identity, Rebalance& rebalance) {
  // An administrator names the instance only.
  if (identity.member_id.empty()) {
    const std::string* const id = identity.group_instance_id
                                      ? group.members.find_static(*identity.group_instance_id)
                                      : nullptr;
    if (!id) return ErrorCode::unknown_member_id;
    rebalance.remove(*group.members.find(*id));
    return ErrorCode::none;
  }
  if (group.pending.erase(identity.member_id) > 0) return ErrorCode::none;
  const ErrorCode wrong = group.check_member(identity.member_id, identity.group_instance_id);
  if (wrong == ErrorCode::none) rebalance.remove(*group.members.find(identity.member_id));
  return wrong;
}

}  // namespace

std::vector<wire::LeaveGroupResponse::MemberResponse> leave(Group& group,
                                                            const std::vector<Identity>& members,
                                                            const Step& step) {
  std::vector<wire::LeaveGroupResponse::MemberResponse> results;
  Rebalance rebalance(group, step);
  bool any_left = false;
  for (const Identity& identity : members) {
    const ErrorCode error = leave_one(group, identity, rebalance);
    any_left = any_left || error == ErrorCode::none;
    results.push_back({identity.member_id, identity.group_instance_id, error});
  }
  if (any_left && !group.is_in(State::empty)) rebalance.prepare_or_complete_join();
  return results;
}

}  // namespace odradek::group
