// SPDX-License-Identifier: Apache-2.0
#include "base/temporary_directory.h"
#include "broker/command_line.h"
#include "broker/process.h"
#include "broker/seeding.h"
#include "command/kafka_tools/kafka_tools.h"

#include <fmt/format.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <exception>
#include <optional>
#include <string>
#include <utility>

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

// For somebody who has just started it at a terminal, and may want to know what comes next.
void print_banner(const broker::Process::Started& process, const std::string& data,
                  std::chrono::steady_clock::time_point started) {
  const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - started;
  fmt::print(stderr,
             "odradek is ready after {:.0f} ms\n"
             "  clients   {}\n"
             "  data      {}\n"
             "  try       echo hello | odradek produce greetings; odradek consume greetings\n"
             "  topics    odradek --topic orders:3, or --seed FILE, makes them at the start\n"
             "  stop      Ctrl-C\n",
             took.count(), process.bootstrap, data);
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

int command_cluster(const broker::CommandLine& line) {
  const auto done = command::run(line.cluster_options, line.cluster_action);
  if (done) return 0;
  fmt::print(stderr, "odradek: {}\n", done.error().context);
  const auto ending = command::ending_of(done.error());
  if (ending.advice) fmt::print(stderr, "  {}\n", ending.advice);
  return ending.exit_code;
}

int fail(const Error& error) {
  fmt::print(stderr, "odradek: {}\n", error.context);
  return 1;
}

int run_broker(const broker::CommandLine& line, broker::BrokerConfig& config,
               std::chrono::steady_clock::time_point began) {
  std::optional<TemporaryDirectory> temporary;
  if (line.is_for_development && !config.is_set("log.dirs") && !config.is_set("log.dir")) {
    auto made = TemporaryDirectory::make("odradek-dev");
    if (!made) return fail(made.error());
    config.set_data_directory(temporary.emplace(std::move(*made)).path());
  }
  if (line.exits_with_parent) {
    const pid_t parent = ::getppid();
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (::getppid() != parent) return 0;  // it has ended already
  }
  set_up_logging(config.options());
  for (const std::string& warning : line.warnings) spdlog::warn("{}", warning);
  broker::Process process(config);
  process.exit_when_idle_for(line.idle_exit);
  broker::Seeding seeding;
  const auto done = process.run([&](const broker::Process::Started& started) {
    const auto tell = [&line, &config, started, began] {
      if (line.ready_json) print_ready(started, began);
      const std::string& data = config.options().data_directory();
      ::isatty(STDERR_FILENO) != 0
          ? print_banner(started, data, began)
          : spdlog::info("ready bootstrap={} data={}", started.bootstrap, data);
    };
    line.seed.empty() ? tell() : seeding.start(line.seed, started.bootstrap, tell);
  });
  if (!done) return fail(done.error());
  spdlog::info("stopped");
  return seeding.has_failed() ? 1 : 0;
}

// Called as one of Kafka's tools, by a link of its name or as "odradek kafka-topics".
std::optional<int> run_by_name(int argument_count, char** arguments) {
  namespace tools = command::kafka_tools;
  if (argument_count > 0) {
    if (auto done = tools::run(arguments[0], argument_count, arguments)) return done;
  }
  if (argument_count < 2) return std::nullopt;
  return tools::run(arguments[1], argument_count - 1, arguments + 1);
}

int run(int argument_count, char** arguments) {
  using Task = broker::CommandLine::Task;
  const auto began = std::chrono::steady_clock::now();
  if (const auto done = run_by_name(argument_count, arguments)) return *done;
  broker::BrokerConfig config;
  const auto line = broker::read_command_line(argument_count, arguments, environment(), config);
  if (!line) {
    fmt::print(stderr, "odradek: {}\n", line.error().context);
    return 2;
  }
  switch (line->task) {
    case Task::print_and_exit:
      fmt::print("{}", line->output);
      return line->exit_code;
    case Task::command_broker:
      return command_broker(line->broker_command, config.options());
    case Task::command_logs:
      return command_logs(line->log_command, config.options());
    case Task::command_cluster:
      return command_cluster(*line);
    case Task::run:
      break;
  }
  return run_broker(*line, config, began);
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
