// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "command/session.h"

#include <string>
#include <vector>

namespace odradek::command::kafka_tools {

// What kafka-consumer-groups --reset-offsets and --delete-offsets do. Kafka: ConsumerGroupCommand,
// OffsetsUtils.

// Where to. The text is the offset, the shift, the time, the duration or the file.
enum class ResetTo { offset, shift, datetime, duration, earliest, latest, current, file };
struct Reset {
  std::vector<std::string> groups;
  std::vector<std::string> topics;  // "topic", or "topic:0,1"
  bool all_topics = false;          // those of which the group has committed something
  ResetTo to = ResetTo::current;
  std::string text;
  bool executes = false;
  bool exports = false;      // prints what --from-file reads
  bool tells_groups = true;  // in there; not where one was named
};
Result<> reset_offsets(Session& session, const Reset& reset);

Result<> delete_offsets(Session& session, const std::string& group,
                        const std::vector<std::string>& topics);

}  // namespace odradek::command::kafka_tools
