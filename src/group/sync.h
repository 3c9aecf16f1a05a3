// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "group/group.h"

namespace odradek::group {

// SyncGroup: the leader says who gets what, everyone else asks for it. The reply is in the actions,
// now or of a later step. Kafka: GroupMetadataManager.classicGroupSyncToClassicGroup.
void sync(Group& group, const wire::SyncGroupRequest& request, const Caller& caller,
          const Step& step);

}  // namespace odradek::group
