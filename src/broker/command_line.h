// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "broker/broker_config.h"
#include "broker/control_socket.h"
#include "broker/log_command.h"

#include <optional>
#include <string>
#include <vector>

namespace odradek::broker {

// What the command line and everything it names add up to.
struct CommandLine {
  enum class Task { run, print_and_exit, command_broker, command_logs };
  Task task = Task::run;
  std::string output;  // to print, for print_and_exit
  int exit_code = 0;
  std::string broker_command;  // for the broker that has the data directory: ControlSocket
  LogCommand log_command;
  bool ready_json = false;
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
