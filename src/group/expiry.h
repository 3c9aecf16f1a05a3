// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "group/group.h"
#include "wire/12_heartbeat.h"

namespace odradek::group {

// Heartbeat: the member goes on, and is told whether it has to join again. Kafka:
// GroupMetadataManager.classicGroupHeartbeatToClassicGroup.
wire::ErrorCode heartbeat(Group& group, const wire::HeartbeatRequest& request, Now now);

// Does what time has brought: members that were silent for too long go, phases end. Afterwards
// Group::wake_up is later than now.
void expire(Group& group, const Step& step);

}  // namespace odradek::group
