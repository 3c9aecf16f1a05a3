// SPDX-License-Identifier: Apache-2.0
#include "broker/command_line.h"
#include "broker/process.h"

#include <fmt/format.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <exception>

namespace {

using namespace odradek;

std::vector<std::string> environment() {
  std::vector<std::string> variables;
  for (char** variable = environ; *variable; ++variable) variables.emplace_back(*variable);
  return variables;
}

void set_up_logging(const broker::BrokerOptions& options) {
  // Nodes log from their own threads.
  auto logger = std::make_shared<spdlog::logger>("odradek",
                                                 std::make_shared<spdlog::sinks::stderr_sink_mt>());
  logger->set_pattern("%Y-%m-%dT%H:%M:%S.%e %l %v");
  spdlog::set_default_logger(std::move(logger));
  spdlog::set_level(spdlog::level::from_str(*options.log_level));
}

// Of the ready line, after a stop that was not in order.
std::string recovered_part(const broker::LogRecovery::Progress& recovered) {
  return fmt::format(R"(,"recovered":{{"logs":{},"bytes":{},"bytes_cut":{},"damaged":{}}})",
                     recovered.logs, recovered.bytes_checked, recovered.bytes_cut,
                     recovered.damaged);
}

// For a test or a script that started the broker: where it is, on one line.
void print_ready(const broker::Process::Started& process,
                 std::chrono::steady_clock::time_point started) {
  const auto took = std::chrono::steady_clock::now() - started;
  const auto line =
      fmt::format(R"({{"event":"ready","bootstrap":"{}","pid":{},"node_id":{},"nodes":{},)"
                  R"("startup_ms":{:.1f}{}}})"
                  "\n",
                  process.bootstrap, ::getpid(), process.first_node.value, process.nodes,
                  std::chrono::duration<double, std::milli>(took).count(),
                  process.recovered ? recovered_part(*process.recovered) : std::string());
  std::fputs(line.c_str(), stdout);
  std::fflush(stdout);
}

int command_broker(const std::string& command, const broker::BrokerOptions& options) {
  const auto told = broker::ControlSocket::command(options.data_directory(), command);
  fmt::print("{}", told ? *told : std::string());
  if (told) return 0;
  fmt::print(stderr, "odradek: {}\n", told.error().context);
  return 1;
}

int command_logs(const broker::LogCommand& command, const broker::BrokerOptions& options) {
  const auto whole = broker::run_log_command(command, options.data_directory());
  if (whole) return *whole ? 0 : 1;
  fmt::print(stderr, "odradek: {}\n", whole.error().context);
  return 2;
}

int run(int argument_count, char** arguments) {
  const auto started = std::chrono::steady_clock::now();
  broker::BrokerConfig config;
  const auto command_line =
      broker::read_command_line(argument_count, arguments, environment(), config);
  if (!command_line) {
    fmt::print(stderr, "odradek: {}\n", command_line.error().context);
    return 2;
  }
  if (command_line->task == broker::CommandLine::Task::print_and_exit) {
    fmt::print("{}", command_line->output);
    return command_line->exit_code;
  }
  if (command_line->task == broker::CommandLine::Task::command_broker) {
    return command_broker(command_line->broker_command, config.options());
  }
  if (command_line->task == broker::CommandLine::Task::command_logs) {
    return command_logs(command_line->log_command, config.options());
  }
  set_up_logging(config.options());
  for (const std::string& warning : command_line->warnings) spdlog::warn("{}", warning);
  broker::Process process(config);
  const auto done = process.run([&](const broker::Process::Started& process_started) {
    if (command_line->ready_json) print_ready(process_started, started);
    spdlog::info("ready bootstrap={} data={}", process_started.bootstrap,
                 config.options().data_directory());
  });
  if (!done) {
    fmt::print(stderr, "odradek: {}\n", done.error().context);
    return 1;
  }
  spdlog::info("stopped");
  return 0;
}

}  // namespace

int main(int argument_count, char** arguments) {
  try {
    return run(argument_count, arguments);
  } catch (const std::exception& failed) {
    std::fprintf(stderr, "odradek: %s\n", failed.what());
    return 1;
  }
}
