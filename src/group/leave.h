// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "group/group.h"
#include "wire/13_leave_group.h"

namespace odradek::group {

// LeaveGroup: one result for each member that is to go. Kafka:
// GroupMetadataManager.classicGroupLeaveToClassicGroup.
std::vector<wire::LeaveGroupResponse::MemberResponse> leave(
    Group& group, const std::vector<wire::LeaveGroupRequest::MemberIdentity>& members,
    const Step& step);

}  // namespace odradek::group
