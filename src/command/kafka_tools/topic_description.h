// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "command/session.h"

#include <cstdint>
#include <string>
#include <vector>

namespace odradek::command::kafka_tools {

// Which lines are printed of topics. Kafka: TopicCommand.DescribeOptions.
struct TopicReport {
  enum class Kind { all, overrides, under_replicated, unavailable, under_min_isr, at_min_isr };
  Kind kind = Kind::all;
  std::int32_t most_partitions = 2000;  // in an answer
};

Result<> print_topics(Session& session, const std::vector<std::string>& names,
                      const TopicReport& report);

}  // namespace odradek::command::kafka_tools
