// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "client/consumer.h"

#include <chrono>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace odradek::command::kafka_tools {

// Offsets of groups as lines "topic,partition,offset", or "group,topic,partition,offset" where it
// is about several groups. Kafka: CsvUtils.
using ResetPlan = std::map<std::string, client::Offsets>;
std::string as_csv(const ResetPlan& plan, bool tells_groups);
Result<ResetPlan> parse_csv(std::string_view text, const std::vector<std::string>& groups);

// "P7DT1H30M5.5S". Java: Duration.parse.
Result<std::chrono::milliseconds> parse_iso_duration(std::string_view text);

}  // namespace odradek::command::kafka_tools
