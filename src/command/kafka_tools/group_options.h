// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "command/kafka_tools/group_reset.h"
#include "command/kafka_tools/tool_options.h"

#include <CLI/App.hpp>

#include <string>
#include <vector>

namespace odradek::command::kafka_tools {

// What kafka-consumer-groups was called with. Kafka: ConsumerGroupCommandOptions.
struct GroupArguments {
  const CLI::Option* lists = nullptr;
  const CLI::Option* describes = nullptr;
  const CLI::Option* deletes = nullptr;
  const CLI::Option* resets = nullptr;
  const CLI::Option* deletes_offsets = nullptr;
  const CLI::Option* validates = nullptr;
  const CLI::Option* state = nullptr;
  const CLI::Option* type = nullptr;
  std::vector<std::string> groups;
  bool all_groups = false;
  std::string states;
  std::string types;
  bool members = false;
  bool verbose = false;
  std::string regex;
  Reset reset;
};

bool is_given(const CLI::Option* option);

// The options, bound to the arguments, and what goes with what.
void add_group_options(CLI::App& app, ToolSettings& settings, GroupArguments& arguments);

}  // namespace odradek::command::kafka_tools
