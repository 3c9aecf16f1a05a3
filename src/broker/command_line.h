// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "broker/broker_config.h"
#include "broker/control_socket.h"
#include "broker/log_command.h"
#include "command/seed.h"
#include "command/session.h"
#include "command/verbs.h"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace odradek::broker {

// What the command line and everything it names add up to.
struct CommandLine {
  enum class Task { run, print_and_exit, command_broker, command_logs, command_cluster };
  Task task = Task::run;
  std::string output;  // to print, for print_and_exit
  int exit_code = 0;
  std::string broker_command;  // for the broker that has the data directory: ControlSocket
  LogCommand log_command;
  // For any Kafka.
  command::CommonOptions cluster_options;
  command::Action cluster_action;

  // Of a broker that is run:
  bool ready_json = false;
  bool is_for_development = false;  // its data is gone when it ends
  bool exits_with_parent = false;
  std::chrono::seconds idle_exit{0};  // 0 is never
  command::SeedPlan seed;             // before it is ready
  std::vector<std::string> warnings;
};

// Reads the arguments, the properties file they name and the environment into `config`, the
// command line over the environment over the file. Fault::invalid says in one line what is wrong.
Result<CommandLine> read_command_line(int argument_count, const char* const* arguments,
                                      const std::vector<std::string>& environment,
                                      BrokerConfig& config);

// docs/config.md: every setting of the broker and of topics, from their declarations.
std::string config_page();

}  // namespace odradek::broker
