// SPDX-License-Identifier: Apache-2.0
#include "command/kafka_tools/kafka_tools.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iostream>
#include <memory>

namespace odradek::command::kafka_tools {
namespace {

struct Tool {
  std::string_view name;
  Action (*declare)(CLI::App&);
  bool needs_cluster = true;
  std::string_view failure = "";
};

constexpr std::array tools{
    Tool{"kafka-topics", &topics, true, "Error while executing topic command : "},
    Tool{"kafka-console-producer", &console_producer},
    Tool{"kafka-console-consumer", &console_consumer},
    Tool{"kafka-consumer-groups", &consumer_groups, true,
         "\nError: Executing consumer group command failed due to "},
    Tool{"kafka-configs", &configs, true, "Error while executing config command: "},
    Tool{"kafka-get-offsets", &get_offsets, true, "Error occurred: "},
    Tool{"kafka-broker-api-versions", &broker_api_versions},
    Tool{"kafka-storage", &storage, false},
};

const Tool* find(std::string_view name) {
  const auto found =
      std::find_if(tools.begin(), tools.end(), [&](const Tool& each) { return each.name == name; });
  return found == tools.end() ? nullptr : &*found;
}

}  // namespace

std::string tool_name(std::string_view program) {
  std::string_view name = program.substr(program.rfind('/') + 1);
  if (name.ends_with(".sh")) name.remove_suffix(3);
  return find(name) ? std::string(name) : std::string();
}

// The broker's words stand in brackets behind Kafka's name for the error (client::outcome).
std::string message_of(const Error& error) {
  const auto open = error.context.find(" (");
  const bool has_words = open != std::string::npos && error.context.ends_with(')');
  return has_words ? error.context.substr(open + 2, error.context.size() - open - 3)
                   : error.context;
}

std::vector<std::string> split_list(const std::vector<std::string>& given) {
  std::vector<std::string> names;
  for (std::string_view rest : given) {
    while (!rest.empty()) {
      const std::string_view one = rest.substr(0, rest.find(','));
      rest.remove_prefix(std::min(rest.size(), one.size() + 1));
      if (!one.empty()) names.emplace_back(one);
    }
  }
  return names;
}

std::optional<int> run(std::string_view program, int argument_count, const char* const* arguments) {
  const Tool* const tool = find(tool_name(program));
  if (!tool) return std::nullopt;
  CLI::App app("Kafka's " + std::string(tool->name) + ", by odradek", std::string(tool->name));
  CommonOptions options;
  std::string ignored;
  if (tool->needs_cluster) {
    app.add_option("--bootstrap-server", options.bootstrap, "host:port,host:port")->required();
    app.add_option("--command-config,--consumer.config,--producer.config", ignored,
                   "Taken, and not needed: there is no security yet");
  }
  const Action action = tool->declare(app);
  try {
    app.parse(argument_count, arguments);
  } catch (const CLI::ParseError& done) {
    return app.exit(done);
  }
  auto session = Session::open(options);
  const Result<> done = session ? action(*session) : Result<>(session.error());
  std::fflush(stdout);
  if (done) return 0;
  fmt::print(tool->failure.empty() ? stderr : stdout, "{}{}\n", tool->failure,
             message_of(done.error()));
  return 1;
}

}  // namespace odradek::command::kafka_tools
