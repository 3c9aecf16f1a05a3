// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "command/kafka_tools/tool_options.h"
#include "command/session.h"

#include <CLI/App.hpp>

#include <optional>
#include <string>
#include <string_view>

// Kafka's own tools by their names, for whoever has them in the fingers and in scripts: their
// flags, the shape of what they print, and how they end.
namespace odradek::command::kafka_tools {

// Runs the tool that the program is called by, with or without folder and ".sh"; empty where it is
// none of them.
std::optional<int> run(std::string_view program, int argument_count, const char* const* arguments);
// "kafka-topics" out of "/opt/kafka/bin/kafka-topics.sh"; empty where that is no tool.
std::string tool_name(std::string_view program);

// Each declares its flags and their rules, and returns what it does with them. The settings outlive
// the action.
Action topics(CLI::App& app, ToolSettings& settings);
Action console_producer(CLI::App& app, ToolSettings& settings);
Action console_consumer(CLI::App& app, ToolSettings& settings);
Action consumer_groups(CLI::App& app, ToolSettings& settings);
Action configs(CLI::App& app, ToolSettings& settings);
Action get_offsets(CLI::App& app, ToolSettings& settings);
Action broker_api_versions(CLI::App& app, ToolSettings& settings);
Action storage(CLI::App& app, ToolSettings& settings);

// What Kafka's tools print of an error: the broker's own words, where it had any.
std::string message_of(const Error& error);

}  // namespace odradek::command::kafka_tools
