// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "command/session.h"

#include <CLI/App.hpp>

#include <functional>
#include <optional>
#include <string>
#include <string_view>

// Kafka's own tools by their names, for whoever has them in the fingers and in scripts: their
// flags, and the shape of what they print.
namespace odradek::command::kafka_tools {

// Runs the tool that the program is called by, with or without folder and ".sh"; empty where it is
// none of them.
std::optional<int> run(std::string_view program, int argument_count, const char* const* arguments);
// "kafka-topics" out of "/opt/kafka/bin/kafka-topics.sh"; empty where that is no tool.
std::string tool_name(std::string_view program);

// Each declares its flags, and returns what it does with them.
using Action = std::function<Result<>(Session&)>;
Action topics(CLI::App& app);
Action console_producer(CLI::App& app);
Action console_consumer(CLI::App& app);
Action consumer_groups(CLI::App& app);
Action configs(CLI::App& app);
Action get_offsets(CLI::App& app);
Action broker_api_versions(CLI::App& app);
Action storage(CLI::App& app);

// What Kafka's tools print of an error: the broker's own words, where it had any.
std::string message_of(const Error& error);

// Names as these tools take them: several flags, or one with commas.
std::vector<std::string> split_list(const std::vector<std::string>& given);

}  // namespace odradek::command::kafka_tools
