// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "command/session.h"

#include <string>
#include <vector>

namespace odradek::command::kafka_tools {

// What kafka-consumer-groups --describe tells of groups. Kafka: ConsumerGroupCommand.
enum class GroupReport { offsets, members, state };
enum class Verbose { no, yes };
Result<> print_groups(Session& session, const std::vector<std::string>& groups, GroupReport report,
                      Verbose verbose);

}  // namespace odradek::command::kafka_tools
