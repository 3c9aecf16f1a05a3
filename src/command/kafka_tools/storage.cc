// SPDX-License-Identifier: Apache-2.0
#include "base/uuid.h"
#include "command/kafka_tools/kafka_tools.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <memory>

// kafka-storage: what scripts call before they start a broker. Directories need no formatting here,
// so `format` says so and ends well. Kafka: StorageTool.
namespace odradek::command::kafka_tools {

Action storage(CLI::App& app, ToolSettings&) {
  struct Arguments {
    std::string config;
    std::string cluster_id;
    bool ignores_formatted = false;
  };
  const auto arguments = std::make_shared<Arguments>();
  app.require_subcommand(1);
  CLI::App* const random = app.add_subcommand("random-uuid", "Print a random id");
  CLI::App* const format = app.add_subcommand("format", "Nothing has to be done");
  CLI::App* const info = app.add_subcommand("info", "Nothing has to be known");
  for (CLI::App* const verb : {format, info}) verb->add_option("-c,--config", arguments->config);
  format->add_option("-t,--cluster-id", arguments->cluster_id)->required();
  format->get_option("--config")->required();
  format->add_flag("-g,--ignore-formatted", arguments->ignores_formatted);
  format->add_flag("-s,--standalone,-N,--no-initial-controllers")
      ->description("There is no quorum");
  format->add_option("-I,--initial-controllers")->description("There is no quorum");
  format->add_option("--feature,-f,--release-version,-r,--add-scram,-S")->expected(0, 100);
  // The parser writes into the arguments, so they have to live as long as the action.
  return [random, arguments](Session&) -> Result<> {
    if (random->parsed()) {
      fmt::print("{}\n", Uuid::random().to_string());
    } else {
      fmt::print("odradek makes its data directory when it starts: there is nothing to format.\n");
    }
    return {};
  };
}

}  // namespace odradek::command::kafka_tools
